using System.Text.Json;
using Koda.Server.Engine.Events;
using Koda.Server.Engine.Subagents;
using Koda.Server.Engine.Tasks;
using Koda.Server.Engine.Runs;

namespace Koda.Server.Engine.Conversations;

/// <summary>The events of conversations, in the words of docs/event-log.md.</summary>
internal static class ConversationEvents
{
    public const string MessageSentKind = "message.sent";
    public const string TurnEndedKind = "turn.ended";
    public const string TitledKind = "conversation.titled";
    public const string MessageRefusedKind = "message.refused";

    public static NewEvent Created(NewConversation conversation) =>
        New("conversation.created", TaskEvents.Principal(conversation.Principal), conversation.Id, new
        {
            conversation.AgentId,
            Model = conversation.Model.Id,
            conversation.Workspace,
            conversation.ParentId,
            BranchPoint = conversation.BranchSeq,
        });

    /// <param name="turn">The turn's id.</param>
    /// <param name="number">Its number.</param>
    /// <param name="message">What is said.</param>
    /// <param name="background">Subagents that ended since the turn before, whose results the model is told with it.</param>
    public static NewEvent MessageSent(Guid turn, long number, NewMessage message, IReadOnlyList<SubagentRecord> background) =>
        New(
            MessageSentKind,
            TaskEvents.Principal(message.Principal),
            turn,
            new
            {
                Turn = number,
                Message = new
                {
                    Role = "user",
                    Content = message.Content.Length == 0 ? [] : new[] { new { Type = "text", Text = message.Content } },
                },
                Attachments = message.Attachments.Count > 0 ? message.Attachments : null,
                Background = background.Count > 0
                    ? background.Select(ended => new
                    {
                        ended.ConversationId,
                        ended.AgentId,
                        ended.Title,
                        State = ended.Outcome,
                        ended.Result,
                    })
                    : null,
            });

    /// <summary>A message that waited for its turn and cannot have it.</summary>
    public static NewEvent MessageRefused(Guid conversationId, NewMessage message, TaskFault error) =>
        New(MessageRefusedKind, TaskEvents.System, conversationId, new { message.Content, Error = error });

    public static NewEvent TurnEnded(LockedTask task, TurnContext turn, TurnSums sums)
    {
        var error = task.State switch
        {
            TaskState.Failed => task.Error,
            TaskState.Cancelled => new TaskFault("turn.cancelled", "The turn was cancelled."),
            _ => null,
        };
        return New(TurnEndedKind, TaskEvents.System, task.RunId, new
        {
            Turn = turn.Number,
            OperationId = task.Id,
            State = EnumText<TaskState>.Of(task.State),
            Error = error,
            Usage = sums.Turn,
            ContextSize = sums.ContextSize,
            MaxInputTokens = turn.ContextTokens,
            turn.MaxOutputTokens,
            SessionCostMicros = sums.Conversation.CostMicros,
            SubagentCostMicros = sums.SubagentCostMicros,
            BudgetWarn = IsNearBudget(turn, sums.Conversation.CostMicros + sums.SubagentCostMicros),
        });
    }

    public static NewEvent Titled(Guid conversationId, string actor, string title) =>
        New(TitledKind, actor, conversationId, new { Title = title });

    /// <summary>The title that a worker found.</summary>
    public static string TitleIn(NewEvent titled)
    {
        using var payload = JsonDocument.Parse(titled.Payload);
        return payload.RootElement.TryGetProperty("title", out var title) && title.ValueKind == JsonValueKind.String
            ? title.GetString()!
            : "";
    }

    private static bool IsNearBudget(TurnContext turn, long cost) =>
        turn.BudgetMicros > 0 && turn.BudgetWarnPercent > 0 && cost * 100 >= turn.BudgetMicros * turn.BudgetWarnPercent;

    private static NewEvent New<T>(string kind, string actor, Guid runId, T payload) =>
        new(kind, actor, runId, 0, EngineJson.Write(payload));
}

/// <summary>What a turn and its whole conversation consumed, and how full the context is.</summary>
internal readonly record struct TurnSums(UsageTotals Turn, UsageTotals Conversation, long SubagentCostMicros, long ContextSize);
