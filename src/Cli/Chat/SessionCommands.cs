using System.Globalization;
using Koda.Cli.Terminal;

namespace Koda.Cli.Chat;

/// <summary>Commands about sessions: which one the chat is in, and what it cost.</summary>
internal static class SessionCommands
{
    private const int Listed = 20;

    public static SlashCommand[] All { get; } =
    [
        new("/sessions", "[ID or TEXT]", "goes on with a session of this directory: one that is chosen, with a text in its title, or by its id", Sessions),
        new("/new", "", "begins a new session with the same agent and model", New),
        new("/branch", "[TURN]", "begins a session with what was said up to the end of a turn; default: all of it", Branch),
        new("/title", "TEXT", "names the session", Title),
        new("/cost", "", "shows what the session cost", Cost),
    ];

    private static async Task Sessions(ChatRoom room, string wanted, CancellationToken cancellationToken)
    {
        if (Guid.TryParse(wanted, out _))
        {
            await GoTo(room, await room.Api.GetAsync(wanted, cancellationToken), cancellationToken);
            return;
        }
        var found = await room.Api.ListAsync(room.Current.Workspace, cancellationToken)
            .Where(session => session.Title.Contains(wanted, StringComparison.CurrentCultureIgnoreCase))
            .Take(Listed).ToListAsync(cancellationToken);
        List(room, found);
        if (found.Count > 0 && room.Desk is not null)
            await Pick(room, found, cancellationToken);
    }

    private static void List(ChatRoom room, List<Code.Session> found)
    {
        if (found.Count == 0)
            room.Line("No session of this directory has that in its title.", Tone.Faint);
        for (var i = 0; i < found.Count; i++)
        {
            var mark = found[i].Id == room.Current.Id ? "*" : " ";
            var title = Printable.Line(found[i].Title, 60);
            room.Line($"{mark}{i + 1,2}  {found[i].Id}  {Units.Age(found[i].UpdatedAt),8}  {Units.Cost(found[i].TotalCost),8}  {title}");
        }
    }

    private static async Task Pick(ChatRoom room, List<Code.Session> found, CancellationToken cancellationToken)
    {
        var answer = (await room.Read("Go on with number (Enter stays): ", Tone.Accent, cancellationToken))?.Trim();
        if (string.IsNullOrEmpty(answer))
            return;
        if (int.TryParse(answer, CultureInfo.InvariantCulture, out var number) && number >= 1 && number <= found.Count)
            await GoTo(room, found[number - 1], cancellationToken);
        else
            room.Line($"'{answer}' is none of the numbers.", Tone.Bad);
    }

    private static async Task New(ChatRoom room, string arguments, CancellationToken cancellationToken)
    {
        var now = room.Current;
        room.Current = await room.Api.CreateAsync(
            new() { AgentId = now.AgentId, ModelId = now.ModelId, Workspace = now.Workspace }, cancellationToken);
        room.Line($"session {room.Current.Id}", Tone.Faint);
    }

    private static async Task Branch(ChatRoom room, string turn, CancellationToken cancellationToken)
    {
        var messages = await room.Api.ListMessagesAsync(room.Current.Id, cancellationToken);
        if (LastOf(messages, turn) is not { } message)
        {
            room.Line(turn.Length == 0 ? "Nothing was said yet." : $"There is no turn {turn}.", Tone.Bad);
            return;
        }
        room.Current = await room.Api.BranchAsync(room.Current.Id, message.Id, cancellationToken);
        room.Line($"branched into session {room.Current.Id}; the files are as they were left", Tone.Faint);
    }

    private static async Task Title(ChatRoom room, string title, CancellationToken cancellationToken) =>
        room.Current = await room.Api.SetTitleAsync(room.Current.Id, title, cancellationToken);

    private static async Task Cost(ChatRoom room, string arguments, CancellationToken cancellationToken)
    {
        room.Current = await room.Api.GetAsync(room.Current.Id, cancellationToken);
        room.Line(CostView.Of(room.Current));
    }

    private static async Task GoTo(ChatRoom room, Code.Session session, CancellationToken cancellationToken)
    {
        room.Current = session;
        room.Line(session.Title, Tone.Strong);
        HistoryView.Write(room, await room.Api.ListMessagesAsync(session.Id, cancellationToken));
    }

    /// <summary>The last message of a turn, by its number from 1; of the session without one. Null: there is none.</summary>
    internal static Code.Message? LastOf(IReadOnlyList<Code.Message> messages, string turn)
    {
        if (turn.Length == 0)
            return messages is [.., var last] ? last : null;
        var operations = messages.Select(message => message.OperationId).Distinct().ToList();
        return int.TryParse(turn, CultureInfo.InvariantCulture, out var number) && number >= 1 && number <= operations.Count
            ? messages.Last(message => message.OperationId == operations[number - 1])
            : null;
    }
}
