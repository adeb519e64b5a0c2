using Koda.Protos.Worker.V1;
using Koda.Worker.Journal;
using Koda.Worker.Session;
using Koda.Worker.Tools;

namespace Koda.Worker.Loop;

/// <summary>Runs the calls of one answer: neighbouring read-only ones side by side, the others in order.</summary>
internal sealed class ToolRound(
    Conversation conversation, CallPreparation preparation, ToolRunner runner, ToolContext context, Recorder recorder, AttemptStop stop)
{
    private const int MaxParallel = 4;

    /// <returns>Null when every call has its result, committed, or a stop is asked for; otherwise how the attempt ends.</returns>
    public async Task<AttemptOutcome?> RunAsync(CancellationToken ct)
    {
        while (!stop.Requested)
        {
            var next = conversation.Pending.Where(call => call.Result is null).Select(preparation.Prepare).ToList();
            if (next.Count == 0)
                break;
            if (next[0].Fate == CallFate.Ask)
            {
                var (preview, fault) = await PreviewAsync(next[0], ct);
                if (fault is null)
                    return Ask(next[0], preview);
                // Nobody is asked about what cannot be done.
                await RunAsync(
                    [next[0] with { Fate = CallFate.Invalid, Reason = fault.Message, RefusedPath = (fault as PathRefusedException)?.Path }],
                    ct);
                continue;
            }
            if (next[0].Fate == CallFate.Delegate)
                return await DelegateAsync([.. next.TakeWhile(call => call.Fate == CallFate.Delegate)], ct);
            var together = next.TakeWhile(call => call.ReadOnly && call.Fate != CallFate.Ask).ToList();
            await RunAsync(together.Count > 0 ? together : next[..1], ct);
        }
        await recorder.CommittedAsync(ct);
        return null;
    }

    private Task RunAsync(List<PreparedCall> calls, CancellationToken ct) => Parallel.ForEachAsync(
        calls,
        new ParallelOptions { MaxDegreeOfParallelism = MaxParallel, CancellationToken = ct },
        async (call, token) => await runner.RunAsync(conversation.Step, call, token));

    // What other agents change is undone like what this one changes.
    private async Task<AttemptOutcome> DelegateAsync(List<PreparedCall> calls, CancellationToken ct)
    {
        await context.BeforeChange([], ct);
        foreach (var call in calls.Where(call => !call.Begun))
            runner.Begin(conversation.Step, call);
        return new AttemptOutcome.Delegated([.. calls.Select(call =>
        {
            var request = call.Bound!.Subagent!;
            (request.CallId, request.Step) = (call.Call.CallId, conversation.Step);
            return request;
        })]);
    }

    private static AttemptOutcome.Suspended Ask(PreparedCall call, string preview)
    {
        var arguments = CallPreparation.Canonical(call.Call.Arguments);
        var question = call.Bound!.Question;
        return new AttemptOutcome.Suspended(new ApprovalRequest
        {
            CallId = call.Call.CallId,
            Tool = call.Call.Tool,
            Arguments = arguments,
            Preview = preview,
            Risk = call.Bound.Risk,
            Digest = ActionDigest.Of(call.Call.Tool, arguments),
            Purpose = question is null ? "" : "question",
            Options = { question?.Options ?? [] },
            Multiple = question?.Multiple ?? false,
            AlwaysPattern = call.AlwaysPattern,
        });
    }

    // Nothing outside is looked at before it is allowed.
    private async Task<(string Preview, ToolException? Fault)> PreviewAsync(PreparedCall call, CancellationToken ct)
    {
        if (call.Bound!.Question is { } question)
            return (question.Text, null);
        var leaves = Demand.Told(call.Open, context.Workspace);
        try
        {
            var preview =
                leaves.Length > 0 && call.Call.Tool != BashTool.ToolName
                    ? call.Bound.Subject(context)
                    : await call.Bound.PreviewAsync(context, ct);
            return (Shortened.HeadAndTail(preview).Text + leaves, null);
        }
        // What it may not look at before it is allowed is what the person is asked about.
        catch (PathRefusedException) when (call.Open.Count > 0)
        {
            return (call.Bound.Subject(context) + leaves, null);
        }
        catch (ToolException error)
        {
            return ("", error);
        }
    }
}
