using Koda.Cli.Terminal;

namespace Koda.Cli.Chat;

/// <summary>A command of a chat.</summary>
/// <param name="Name">Its name, with the slash.</param>
/// <param name="Arguments">What it takes, for the help.</param>
/// <param name="Summary">What it does.</param>
/// <param name="RunAsync">Does it: the chat and what stands behind the name.</param>
internal sealed record SlashCommand(
    string Name, string Arguments, string Summary, Func<ChatRoom, string, CancellationToken, Task> RunAsync);

/// <summary>The commands of a chat.</summary>
internal static class SlashCommands
{
    private static readonly SlashCommand[] All =
    [
        new("/help", "", "lists these commands", Help),
        .. SessionCommands.All,
        .. ChoiceCommands.All,
        .. FileCommands.All,
        .. SubagentCommands.All,
        new("/quit", "", "leaves; so does Ctrl-D", (_, _, _) => Task.CompletedTask),
    ];

    public static Task RunAsync(ChatRoom room, string line, CancellationToken cancellation)
    {
        var parts = line.Trim().Split((char[]?)null, 2, StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (All.FirstOrDefault(command => command.Name == parts[0]) is { } command)
            return command.RunAsync(room, parts.Length > 1 ? parts[1] : "", cancellation);
        room.Line($"There is no command '{parts[0]}'. /help lists them.", Tone.Bad);
        return Task.CompletedTask;
    }

    /// <summary>The commands whose names begin with a text.</summary>
    public static IReadOnlyList<string> Beginning(string text) =>
        text.StartsWith('/') ? [.. All.Select(command => command.Name).Where(name => name.StartsWith(text, StringComparison.Ordinal))] : [];

    private static Task Help(ChatRoom room, string arguments, CancellationToken cancellation)
    {
        foreach (var command in All) room.Line($"{command.Name + " " + command.Arguments,-24}{command.Summary}");
        return Task.CompletedTask;
    }
}
