using Koda.Worker.Journal;
using Koda.Worker.Loop;
using Koda.Worker.Providers;

namespace Koda.Worker.Context;

/// <summary>An answer that no model gave, recorded like one, so that everything that reads answers finds it.</summary>
internal static class RuleAnswer
{
    private const string Provider = "koda";
    private const string Model = "none";

    public static void Record(Recorder recorder, Conversation conversation, string text, string reason)
    {
        var step = conversation.Step + 1;
        recorder.Record(new ModelStarted(step, Provider, Model, [], PromptDigest.Of("", [], [], [])));
        recorder.Report(new ModelDelta(step, text));
        var message = ModelMessageJson.Write(ModelMessage.Assistant(new TextBlock(text)));
        recorder.Record(new Journal.ModelFinished(step, message, reason, 0, 0, 0), new ModelUsage());
    }
}
