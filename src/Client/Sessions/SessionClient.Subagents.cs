using Koda.Client.Calls;

namespace Koda.Client.Sessions;

public sealed partial class SessionClient
{
    private readonly Code.SubagentService.SubagentServiceClient _subagents;

    /// <summary>Starts an agent that works beside a session. What it found is told with the session's next message.</summary>
    /// <returns>The turn of the subagent's own session.</returns>
    public Task<Code.TurnStatus> StartSubagentAsync(Code.StartSubagentRequest request, CancellationToken cancellationToken = default) =>
        _calls.Run(o => _subagents.StartSubagentAsync(request, o), Repeat.WhenSafe, cancellationToken, Key());

    /// <summary>Lists the subagents of a session, oldest first.</summary>
    public async Task<IReadOnlyList<Code.Subagent>> ListSubagentsAsync(string sessionId, CancellationToken cancellationToken = default) =>
        (
            await _calls.Run(o => _subagents.ListSubagentsAsync(new() { SessionId = sessionId }, o), Repeat.WhenSafe, cancellationToken)
        ).Subagents;
}
