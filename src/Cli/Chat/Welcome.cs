using Koda.Cli.Terminal;

namespace Koda.Cli.Chat;

/// <summary>What a chat begins with: the session, and what was said in it last.</summary>
internal static class Welcome
{
    public static async Task Write(ChatRoom room, CancellationToken cancellationToken)
    {
        var session = room.Current;
        room.Line(
            $"{session.AgentId} · {(session.ModelId.Length > 0 ? session.ModelId : "its own model")} · {session.Workspace}", Tone.Faint);
        room.Line("/help lists the commands. Ctrl-C cancels a turn, twice leaves.", Tone.Faint);
        if (session.Title.Length > 0)
            room.Line(session.Title, Tone.Strong);
        var messages = await room.Api.ListMessagesAsync(session.Id, cancellationToken);
        foreach (var said in messages.Where(message => message.Role == "user"))
            room.Desk?.History.Add(said.Content);
        HistoryView.Write(room, messages);
    }
}
