using Koda.Protos.Common.V1;
using Koda.Server.Engine.Events;
using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Conversations;

/// <summary>A conversation whose stream's head is locked, so that nothing begins or ends in it meanwhile.</summary>
internal sealed class LockedConversation
{
    private Dictionary<Guid, StreamHead> _heads = [];

    public required Guid Id { get; init; }
    public required string Title { get; init; }
    public required string AgentId { get; init; }
    public required ModelChoice Model { get; init; }
    public required string Workspace { get; init; }

    /// <summary>The number of the newest turn.</summary>
    public required long Turns { get; init; }

    public required Guid? LastTurn { get; init; }
    public required Guid? LastOperation { get; init; }

    /// <summary>A turn runs, or work on the workspace.</summary>
    public required bool IsBusy { get; init; }

    /// <summary>A subagent works for it.</summary>
    public required bool HasSubagents { get; init; }

    /// <summary>It is the work of a subagent.</summary>
    public required bool IsSubagent { get; init; }

    /// <summary>A conversation that nobody else knows yet.</summary>
    public static LockedConversation Of(NewConversation conversation) => new()
    {
        Id = conversation.Id,
        Title = conversation.Title,
        AgentId = conversation.AgentId,
        Model = conversation.Model,
        Workspace = conversation.Workspace,
        Turns = conversation.Turns,
        LastTurn = null,
        LastOperation = null,
        IsBusy = false,
        HasSubagents = false,
        IsSubagent = conversation.IsSubagent,
    };

    /// <exception cref="EngineException">CONVERSATION_NOT_FOUND.</exception>
    public static async Task<LockedConversation> Lock(Transaction transaction, Guid id, CancellationToken cancellationToken)
    {
        var heads = await EventStore.LockHeads(transaction, [id], cancellationToken);
        var locked = await ConversationStore.FindLocked(transaction, id, cancellationToken) ?? throw GetConversation.NotFound();
        locked._heads = heads;
        return locked;
    }

    /// <exception cref="EngineException">TURN_RUNNING.</exception>
    public void RefuseWhileBusy()
    {
        if (IsBusy)
            throw new EngineException(ErrorReason.TurnRunning, "A turn of this session is running.");
        if (HasSubagents)
            throw new EngineException(ErrorReason.TurnRunning, "A subagent of this session is running.");
    }

    /// <summary>Appends events to the conversation's stream.</summary>
    public async Task Append(Transaction transaction, EventLog log, IReadOnlyList<NewEvent> events, CancellationToken cancellationToken) =>
        log.Append(transaction, _heads, await transaction.Time(cancellationToken), [new StreamAppend(Id, events)]);
}
