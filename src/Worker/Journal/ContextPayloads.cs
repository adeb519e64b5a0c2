using System.Text.Json.Nodes;

namespace Koda.Worker.Journal;

/// <summary>The results of old calls are left out of later prompts.</summary>
/// <param name="CallIds">The calls, oldest first.</param>
/// <param name="TokensSaved">About how much room that makes.</param>
internal sealed record ContextPruned(IReadOnlyList<string> CallIds, long TokensSaved) : IJournalPayload
{
    public static string Kind => "context.pruned";
}

/// <summary>The older part of the conversation was summed up.</summary>
/// <param name="Summary">What it says now.</param>
/// <param name="By">Who wrote it: a <c>model</c>, or a <c>rule</c>.</param>
/// <param name="TokensBefore">About how long the conversation was.</param>
/// <param name="TokensAfter">About how long it is.</param>
/// <param name="Checkpoint">All that is to be known of the events before this one.</param>
internal sealed record ContextCompacted(string Summary, string By, long TokensBefore, long TokensAfter, Checkpoint Checkpoint)
    : IJournalPayload
{
    public const string Model = "model";
    public const string Rule = "rule";

    public static string Kind => "context.compacted";
}

/// <summary>A conversation at one moment, for whoever does not read the events before.</summary>
/// <param name="Messages">The messages, the summary first.</param>
/// <param name="Files">The SHA-256 of files as the conversation knows them.</param>
/// <param name="Kept">Older events that still hold: answers for good, the list of things to do, the last snapshots.</param>
/// <param name="Notes">What the model is to be told with the next call.</param>
/// <param name="Turn">Where the running turn stands.</param>
/// <param name="Titled">Whether the conversation has a title.</param>
internal sealed record Checkpoint(
    JsonArray Messages,
    IReadOnlyDictionary<string, string> Files,
    IReadOnlyList<KeptEvent> Kept,
    IReadOnlyList<string> Notes,
    TurnState Turn,
    bool Titled);

/// <summary>An older event that still holds.</summary>
internal sealed record KeptEvent(string Kind, JsonObject Payload);

/// <summary>How far a turn has come.</summary>
internal sealed record TurnState
{
    /// <summary>What the turn is to answer. Null: the journal is not a conversation's.</summary>
    public MessageSent? Message { get; init; }

    /// <summary>Where that message stands, or stood before it was summed up.</summary>
    public int Start { get; init; }

    /// <summary>Whether a model was asked.</summary>
    public bool Begun { get; init; }

    /// <summary>How many answers are recorded.</summary>
    public int Step { get; init; }

    /// <summary>Input and output tokens of all answers.</summary>
    public long Tokens { get; init; }

    public long CostMicros { get; init; }

    /// <summary>The model that gave the last answer. Null: none yet.</summary>
    public string? AnsweredBy { get; init; }

    /// <summary>How often an empty answer may still be asked again.</summary>
    public int NudgesLeft { get; init; }

    /// <summary>Whether the last answer was empty and is to be asked again.</summary>
    public bool Nudged { get; init; }

    /// <summary>Whether the warning about the budget is recorded.</summary>
    public bool Warned { get; init; }

    /// <summary>Whether it is recorded that the cost of the model is not known.</summary>
    public bool PriceUnknownTold { get; init; }

    /// <summary>About how many tokens the system prompt and the tools take.</summary>
    public long Overhead { get; init; }
}

/// <summary>The conversation has a title.</summary>
internal sealed record ConversationTitled(string Title) : IJournalPayload
{
    public static string Kind => "conversation.titled";
}
