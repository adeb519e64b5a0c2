using Koda.Worker.Context;
using Koda.Worker.Journal;
using Koda.Worker.Session;

namespace Koda.Worker.Loop;

/// <summary>
/// Runs an agent: asks the model, runs the tools it calls, and so on until it answers. What to do next follows from the
/// conversation alone, so the loop goes on from any point of a journal.
/// </summary>
internal sealed class AgentLoop(
    Conversation conversation, ModelCall model, ToolRound tools, Limits limits, Recorder recorder, AttemptStop stop,
    RunContext run)
{
    /// <exception cref="OperationCanceledException">The attempt must not go on.</exception>
    public async Task<AttemptOutcome> Run(CancellationToken cancellationToken)
    {
        var outcome = await RunSteps(cancellationToken);
        run.End(outcome);
        return outcome;
    }

    private async Task<AttemptOutcome> RunSteps(CancellationToken cancellationToken)
    {
        while (true)
        {
            if (stop.Requested)
                return new AttemptOutcome.Stopped(stop.Reason);
            if (await Step(cancellationToken) is { } outcome)
                return outcome;
        }
    }

    private async Task<AttemptOutcome?> Step(CancellationToken cancellationToken)
    {
        if (conversation.Pending.Count > 0)
            return await tools.Run(cancellationToken);
        if (conversation.FinalAnswer is { } answer)
            return EndOfAnswer.Of(answer, conversation.StopReason);
        if (limits.Reached(conversation) is { } hit)
        {
            recorder.Report(hit);
            return Limits.Failure(hit);
        }
        return await Ask(cancellationToken);
    }

    private async Task<AttemptOutcome?> Ask(CancellationToken cancellationToken)
    {
        if (await run.Prepare(cancellationToken) is not { } next)
            return null;
        var outcome = await model.Run(next, cancellationToken);
        var isTooLong = outcome is AttemptOutcome.Failed { Code: ProviderErrorCode.ContextTooLong };
        return isTooLong && await run.Relieve(cancellationToken) ? null : outcome;
    }
}
