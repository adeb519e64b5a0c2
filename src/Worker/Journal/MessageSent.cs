using System.Text.Json.Nodes;

namespace Koda.Worker.Journal;

/// <summary>A person said something in a conversation; written by the engine when the turn was submitted.</summary>
/// <param name="Turn">The number of the turn that it begins.</param>
/// <param name="Message">The message, as the log spells messages.</param>
/// <param name="Attachments">Files of the workspace that come with it.</param>
/// <param name="Background">Subagents that ended since the turn before.</param>
internal sealed record MessageSent(
    long Turn,
    JsonObject Message,
    IReadOnlyList<SentAttachment>? Attachments = null,
    IReadOnlyList<SubagentFinished>? Background = null) : IJournalPayload
{
    public static string Kind => "message.sent";
}

/// <summary>A file that comes with a message.</summary>
internal sealed record SentAttachment(string Path, string MimeType);
