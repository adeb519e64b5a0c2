using Koda.Cli.Terminal;

namespace Koda.Cli.Chat;

/// <summary>A command of a chat.</summary>
/// <param name="Name">Its name, with the slash.</param>
/// <param name="Arguments">What it takes, for the help.</param>
/// <param name="Summary">What it does.</param>
/// <param name="Run">Does it: the chat and what stands behind the name.</param>
internal sealed record SlashCommand(
    string Name, string Arguments, string Summary, Func<ChatRoom, string, CancellationToken, Task> Run);

/// <summary>The commands of a chat.</summary>
internal static class SlashCommands
{
    private static readonly (string Title, SlashCommand[] Commands)[] s_groups =
    [
        ("The conversation", [.. SessionCommands.All, .. ContextCommands.All]),
        ("Who answers", ChoiceCommands.All),
        ("The files", FileCommands.All),
        ("Agents beside it", SubagentCommands.All),
        ("The chat",
        [
            .. ShowCommands.All,
            new("/help", "", "lists these commands", Help),
            new("/quit", "", "leaves; so does Ctrl-D", (_, _, _) => Task.CompletedTask),
        ]),
    ];

    private static readonly SlashCommand[] s_all = [.. s_groups.SelectMany(group => group.Commands)];

    public static Task Run(ChatRoom room, string line, CancellationToken cancellationToken)
    {
        var parts = line.Trim().Split((char[]?)null, 2, StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (s_all.FirstOrDefault(command => command.Name == parts[0]) is { } command)
            return command.Run(room, parts.Length > 1 ? parts[1] : "", cancellationToken);
        room.Line($"There is no command '{parts[0]}'. /help lists them.", Tone.Bad);
        return Task.CompletedTask;
    }

    /// <summary>The commands whose names begin with a text.</summary>
    public static IReadOnlyList<string> Beginning(string text) =>
        text.StartsWith('/')
            ? [.. s_all.Select(command => command.Name).Where(name => name.StartsWith(text, StringComparison.Ordinal))]
            : [];

    private static Task Help(ChatRoom room, string arguments, CancellationToken cancellationToken)
    {
        foreach (var (title, commands) in s_groups)
        {
            room.Line(title, Tone.Strong);
            foreach (var command in commands)
                room.Line($"  {command.Name + " " + command.Arguments,-22}{command.Summary}");
        }
        room.Line("What is typed", Tone.Strong);
        room.Line($"  {"!COMMAND",-22}runs it in the workspace by your own rights; what it prints goes along with the next message");
        room.Line($"  {"@PATH",-22}a file of the workspace that comes with the message; Tab completes it");
        if (room.Desk is not null)
            room.Line($"  {"Ctrl-R",-22}finds what was typed before with these letters in it; again for an earlier one");
        return Task.CompletedTask;
    }
}
