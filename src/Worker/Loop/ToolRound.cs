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
    public async Task<AttemptOutcome?> Run(CancellationToken cancellationToken)
    {
        while (!stop.Requested)
        {
            var next = conversation.Pending.Where(call => call.Result is null).Select(preparation.Prepare).ToList();
            if (next.Count == 0)
                break;
            if (next[0].Fate == CallFate.Ask)
            {
                var (preview, fault) = await Preview(next[0], cancellationToken);
                if (fault is null)
                    return Ask(next[0], preview);
                // Nobody is asked about what cannot be done.
                await Run(
                    [next[0] with { Fate = CallFate.Invalid, Reason = fault.Message, RefusedPath = (fault as PathRefusedException)?.Path }],
                    cancellationToken);
                continue;
            }
            if (next[0].Fate == CallFate.Delegate)
                return await Delegate([.. next.TakeWhile(call => call.Fate == CallFate.Delegate)], cancellationToken);
            var together = next.TakeWhile(call => call.ReadOnly && call.Fate != CallFate.Ask).ToList();
            await Run(together.Count > 0 ? together : next[..1], cancellationToken);
        }
        await recorder.Committed(cancellationToken);
        return null;
    }

    private Task Run(List<PreparedCall> calls, CancellationToken cancellationToken) => Parallel.ForEachAsync(
        calls,
        new ParallelOptions { MaxDegreeOfParallelism = MaxParallel, CancellationToken = cancellationToken },
        async (call, token) => await runner.Run(conversation.Step, call, token));

    // What other agents change is undone like what this one changes.
    private async Task<AttemptOutcome> Delegate(List<PreparedCall> calls, CancellationToken cancellationToken)
    {
        await context.BeforeChange([], cancellationToken);
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
    private async Task<(string Preview, ToolException? Fault)> Preview(PreparedCall call, CancellationToken cancellationToken)
    {
        if (call.Bound!.Question is { } question)
            return (question.Text, null);
        var leaves = Demand.Told(call.Open, context.Workspace);
        try
        {
            var preview =
                leaves.Length > 0 && call.Call.Tool != BashTool.ToolName
                    ? call.Bound.Subject(context)
                    : await call.Bound.Preview(context, cancellationToken);
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
