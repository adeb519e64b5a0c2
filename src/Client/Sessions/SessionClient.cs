using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Koda.Client.Calls;

namespace Koda.Client.Sessions;

/// <summary>Coding sessions: creates, reads and branches them, talks in them, and brings their files back.</summary>
public sealed partial class SessionClient
{
    private const int PageSize = 50;

    private readonly CallRunner _calls;
    private readonly Code.SessionService.SessionServiceClient _sessions;
    private readonly Code.TurnService.TurnServiceClient _turns;

    internal SessionClient(CallInvoker invoker, CallRunner calls)
    {
        _calls = calls;
        _sessions = new(invoker);
        _turns = new(invoker);
        _models = new(invoker);
        _agents = new(invoker);
        _config = new(invoker);
        _snapshots = new(invoker);
        _subagents = new(invoker);
    }

    /// <summary>Creates a session.</summary>
    public Task<Code.Session> CreateAsync(Code.CreateSessionRequest request, CancellationToken cancellationToken = default) =>
        _calls.Run(o => _sessions.CreateSessionAsync(request, o), Repeat.WhenSafe, cancellationToken, Key());

    /// <summary>Reads a session with its cost.</summary>
    public Task<Code.Session> GetAsync(string sessionId, CancellationToken cancellationToken = default) =>
        _calls.Run(o => _sessions.GetSessionAsync(new() { SessionId = sessionId }, o), Repeat.WhenSafe, cancellationToken);

    /// <summary>Lists sessions, the last used first, reading further pages as they are needed.</summary>
    /// <param name="workspace">Only those of this directory. Empty: all.</param>
    /// <param name="cancellationToken">Ends the list.</param>
    public IAsyncEnumerable<Code.Session> ListAsync(string workspace = "", CancellationToken cancellationToken = default) => Pages.Read(
        (cursor, c) => _calls.Run(
            o => _sessions.ListSessionsAsync(new() { Workspace = workspace, Limit = PageSize, Cursor = cursor }, o), Repeat.WhenSafe, c),
        page => page.Sessions,
        page => page.NextCursor,
        cancellationToken);

    /// <summary>Changes a session's agent, from the next turn on.</summary>
    public Task<Code.Session> SetAgentAsync(string sessionId, string agentId, CancellationToken cancellationToken = default) =>
        Change(sessionId, new() { AgentId = agentId }, "agent_id", cancellationToken);

    /// <summary>Changes a session's model, from the next turn on. Empty: the agent's own.</summary>
    public Task<Code.Session> SetModelAsync(string sessionId, string modelId, CancellationToken cancellationToken = default) =>
        Change(sessionId, new() { ModelId = modelId }, "model_id", cancellationToken);

    /// <summary>Changes a session's title.</summary>
    public Task<Code.Session> SetTitleAsync(string sessionId, string title, CancellationToken cancellationToken = default) =>
        Change(sessionId, new() { Title = title }, "title", cancellationToken);

    /// <summary>Deletes a session.</summary>
    public Task DeleteAsync(string sessionId, CancellationToken cancellationToken = default) =>
        _calls.Run(o => _sessions.DeleteSessionAsync(new() { SessionId = sessionId }, o), Repeat.Never, cancellationToken);

    /// <summary>Begins a session with the messages of another one.</summary>
    /// <param name="sessionId">The other one.</param>
    /// <param name="messageId">The last message to take over.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    public Task<Code.Session> BranchAsync(string sessionId, string messageId, CancellationToken cancellationToken = default) =>
        _calls.Run(
            o => _sessions.BranchSessionAsync(new() { SessionId = sessionId, MessageId = messageId }, o),
            Repeat.WhenSafe,
            cancellationToken,
            Key());

    private Task<Code.Session> Change(string sessionId, Code.SessionChange change, string field, CancellationToken cancellationToken)
    {
        var request = new Code.UpdateSessionRequest
        {
            SessionId = sessionId,
            Session = change,
            UpdateMask = new FieldMask { Paths = { field } },
        };
        return _calls.Run(o => _sessions.UpdateSessionAsync(request, o), Repeat.WhenSafe, cancellationToken);
    }

    private static string Key() => Guid.CreateVersion7().ToString();
}
