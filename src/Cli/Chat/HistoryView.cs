using Koda.Cli.Terminal;

namespace Koda.Cli.Chat;

/// <summary>The last messages of a session that is gone on with.</summary>
internal static class HistoryView
{
    private const int Messages = 6;
    private const int Length = 2000;

    public static void Write(ChatRoom room, IReadOnlyList<Code.Message> messages)
    {
        // What the running turn answered comes with its stream.
        var running = room.Current.Turn is { Active: true } turn ? turn.OperationId : "";
        var said = messages.Where(message => message.Role == "user" || (message.Role == "assistant" && message.OperationId != running))
            .Where(message => message.Content.Length > 0).ToList();
        if (said.Count > Messages)
            room.Line($"… {Units.Count(said.Count - Messages, "earlier message")}", Tone.Faint);
        foreach (var message in said.TakeLast(Messages))
        {
            var text = message.Content.Length <= Length ? message.Content : message.Content[..Length] + "…";
            room.Line();
            if (message.Role == "user")
                room.Said(text);
            else
                room.Markdown(text);
        }
    }
}
