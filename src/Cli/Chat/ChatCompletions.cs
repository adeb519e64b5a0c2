using Koda.Cli.Terminal;

namespace Koda.Cli.Chat;

/// <summary>What may be typed in a chat: commands, models behind <c>/model</c>, files of the workspace behind an <c>@</c>.</summary>
internal sealed class ChatCompletions(ChatRoom room)
{
    private const string Model = "/model ";

    public Completions Of(string text, int cursor)
    {
        var typed = text[..cursor];
        var word = typed.LastIndexOfAny([' ', '\n']) + 1;
        if (typed[word..].StartsWith('@'))
            return new(word, [.. WorkspaceFiles.Beginning(room.Current.Workspace, typed[(word + 1)..]).Select(path => "@" + path)]);
        if (typed.StartsWith(Model, StringComparison.Ordinal))
            return new(Model.Length, [.. room.Models.Where(model => model.StartsWith(typed[Model.Length..], StringComparison.Ordinal))]);
        return new(0, SlashCommands.Beginning(typed));
    }
}
