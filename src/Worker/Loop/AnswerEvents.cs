using Koda.Worker.Context;
using Koda.Worker.Journal;
using Koda.Worker.Providers;

namespace Koda.Worker.Loop;

/// <summary>Records the pieces of an answer while it streams.</summary>
internal sealed class AnswerEvents : IDisposable
{
    private readonly Recorder _recorder;
    private readonly int _step;
    private readonly bool _isTurn;
    private readonly CoalescedText _stream;
    private readonly StreamRedactor _clean;
    private readonly Dictionary<string, string> _tools = [];
    private string _channel = "";
    private int _reasoning;

    /// <param name="recorder">Where they are recorded.</param>
    /// <param name="step">The number of the model call.</param>
    /// <param name="isTurn">Whether people watch closely: then the arguments of calls are recorded too, and where the reasoning
    /// ends.</param>
    /// <param name="time">The clock.</param>
    public AnswerEvents(Recorder recorder, int step, bool isTurn, TimeProvider time)
    {
        (_recorder, _step, _isTurn) = (recorder, step, isTurn);
        _clean = recorder.CleanStream(Report);
        _stream = new CoalescedText(time, Clean);
    }

    public void Add(ModelEvent piece)
    {
        switch (piece)
        {
            case ReasoningDelta delta:
                _reasoning += delta.Text.Length;
                _stream.Add(ModelReasoning.Kind, delta.Text);
                break;
            case TextDelta delta:
                EndReasoning();
                _stream.Add(ModelDelta.Kind, delta.Text);
                break;
            case ToolInputDelta delta when _isTurn:
                EndReasoning();
                _tools[delta.CallId] = delta.Tool;
                _stream.Add(delta.CallId, delta.Text);
                break;
            case Providers.ModelFinished:
                EndReasoning();
                break;
        }
    }

    public void Dispose()
    {
        _stream.Dispose();
        _clean.End();
    }

    private void EndReasoning()
    {
        if (_reasoning == 0)
            return;
        _stream.Flush();
        _clean.End();
        if (_isTurn)
            _recorder.Report(new ModelReasoningDone(_step, TokenEstimate.OfLength(_reasoning)));
        _reasoning = 0;
    }

    private void Clean(string channel, string text)
    {
        if (channel != _channel)
            _clean.End();
        _channel = channel;
        _clean.Add(channel, text);
    }

    private void Report(string channel, string text)
    {
        if (channel == ModelDelta.Kind)
            _recorder.Report(new ModelDelta(_step, text));
        else if (channel == ModelReasoning.Kind)
            _recorder.Report(new ModelReasoning(_step, text));
        else
            _recorder.Report(new ModelToolInput(_step, channel, _tools[channel], text));
    }
}
