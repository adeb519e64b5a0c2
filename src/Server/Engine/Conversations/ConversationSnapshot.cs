using System.Text.Json;
using System.Text.Json.Serialization;
using Koda.Server.Engine.Events;

namespace Koda.Server.Engine.Conversations;

/// <summary>A snapshot of a conversation's workspace, as its worker recorded it.</summary>
internal sealed record ConversationSnapshot
{
    public const string Kind = "snapshot.taken";

    /// <summary>The turn after which it was taken; 0 before the first one, -1 what a restore replaced.</summary>
    public long Turn { get; init; }

    public string Commit { get; init; } = "";
    public string Summary { get; init; } = "";

    /// <summary>What differs from the one before.</summary>
    public IReadOnlyList<ChangedFile> Files { get; init; } = [];

    /// <summary>It holds what a restore replaced.</summary>
    public bool Safety { get; init; }

    [JsonIgnore]
    public DateTime TakenAt { get; init; }

    /// <summary>The turn or the operation that took it.</summary>
    [JsonIgnore]
    public Guid RunId { get; init; }

    /// <summary>Null: the worker wrote something else.</summary>
    public static ConversationSnapshot? From(Event entry)
    {
        try
        {
            return EngineJson.Read<ConversationSnapshot>(entry.Payload) with { TakenAt = entry.Time, RunId = entry.RunId };
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>A file that differs between two snapshots.</summary>
internal sealed record ChangedFile(string Path, string Change, string? OldPath, int? Added, int? Removed);

/// <summary>What differs between two snapshots.</summary>
internal sealed record FilesDiff(string Text, bool Truncated, IReadOnlyList<ChangedFile> Files)
{
    public static readonly FilesDiff None = new("", Truncated: false, []);

    /// <summary>What changed since and is not compared, since no snapshot holds it. Null: nothing.</summary>
    public IReadOnlyList<string>? NotKept { get; init; }
}
