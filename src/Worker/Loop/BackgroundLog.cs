using Koda.Worker.Journal;
using Koda.Worker.Tools;

namespace Koda.Worker.Loop;

/// <summary>Records what becomes of commands in the background while an attempt runs.</summary>
internal sealed class BackgroundLog(Recorder recorder, Redactor redactor, TimeProvider time) : IBackgroundLog, IDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Printing> _printing = [];

    public void Started(BackgroundCommand command) =>
        recorder.Record(new BackgroundStarted(command.Origin.CallId, command.Id, command.Line));

    public void Printed(BackgroundCommand command, string text)
    {
        lock (_gate)
        {
            if (!_printing.TryGetValue(command.Id, out var printing))
                _printing[command.Id] = printing = new Printing(command.Origin, recorder, redactor, time);
            printing.Add(text);
        }
    }

    public void Ended(BackgroundCommand command)
    {
        lock (_gate)
        {
            if (_printing.Remove(command.Id, out var printing))
                printing.Dispose();
        }
        recorder.Report(new BackgroundEnded(command.Origin.CallId, command.Id, command.State, command.Reason));
    }

    /// <summary>Records what is still on its way.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            foreach (var printing in _printing.Values)
                printing.Dispose();
            _printing.Clear();
        }
    }

    private sealed class Printing : IDisposable
    {
        private readonly StreamRedactor _clean;
        private readonly CoalescedText _text;

        public Printing(CallOrigin origin, Recorder recorder, Redactor redactor, TimeProvider time)
        {
            _clean = new StreamRedactor(redactor, (stream, text) =>
                recorder.Report(new ToolOutput(origin.Step, origin.CallId, origin.Tool, stream, text)));
            _text = new CoalescedText(time, _clean.Add);
        }

        public void Add(string text) => _text.Add("stdout", text);

        public void Dispose()
        {
            _text.Dispose();
            _clean.End();
        }
    }
}
