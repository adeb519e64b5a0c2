using System.Globalization;
using Koda.Cli.Sessions;
using Koda.Cli.Terminal;

namespace Koda.Cli.Chat;

/// <summary>Commands about what goes into a conversation and comes out of it.</summary>
internal static class ContextCommands
{
    public static SlashCommand[] All { get; } =
    [
        new("/skill", "[ID]", "lists the skills, or has one's text go along with the next message", Skill),
        new("/drop", "", "leaves out what was to go along with the next message", Drop),
        new(Compact, "", "sums up the older messages now, to make room for new ones", SumUp),
        new("/export", "[FILE]", "writes what was said as Markdown, beside the workspace's files unless a file is named", Export),
    ];

    /// <summary>The command that begins a turn, whose message it is.</summary>
    public const string Compact = "/compact";

    private static async Task SumUp(ChatRoom room, string arguments, CancellationToken cancellationToken) =>
        room.Current.Turn = await room.Api.CompactAsync(room.Current.Id, cancellationToken);

    private static async Task Skill(ChatRoom room, string id, CancellationToken cancellationToken)
    {
        if (id.Length == 0)
        {
            await foreach (var skill in room.Skills.ListAsync(cancellationToken: cancellationToken))
                room.Line($"  {skill.Id,-24}  {Printable.Line(skill.Description, 80)}");
            return;
        }
        var details = await room.Skills.GetAsync(id, cancellationToken);
        string[] parts = [details.Instruction, details.Body, details.OutputFormatEnforcement];
        var text = string.Join("\n\n", parts.Where(part => part.Length > 0));
        room.Context.Add($"the skill {details.Skill.Id}", $"Work by this skill, {details.Skill.Name}:\n\n{text}");
        room.Line($"Along with the next message goes {room.Context.Names}; /drop leaves it out.", Tone.Faint);
    }

    private static Task Drop(ChatRoom room, string arguments, CancellationToken cancellationToken)
    {
        room.Line(room.Context.Names.Length > 0 ? $"Left out: {room.Context.Names}." : "Nothing was to go along.", Tone.Faint);
        room.Context.Drop();
        return Task.CompletedTask;
    }

    // What is there already is never written over.
    private static async Task Export(ChatRoom room, string file, CancellationToken cancellationToken)
    {
        var session = await room.Api.GetAsync(room.Current.Id, cancellationToken);
        var text = SessionView.Markdown(session, await room.Api.ListMessagesAsync(session.Id, cancellationToken));
        var name = file.Length > 0 ? file : string.Create(CultureInfo.InvariantCulture, $"koda-{DateTime.Now:yyyyMMdd-HHmmss}.md");
        var path = Path.GetFullPath(name, Directory.Exists(session.Workspace) ? session.Workspace : Directory.GetCurrentDirectory());
        try
        {
            await using var stream = new FileStream(path, FileMode.CreateNew, FileAccess.Write);
            await using var writer = new StreamWriter(stream);
            await writer.WriteLineAsync(text.AsMemory(), cancellationToken);
            room.Line($"written to '{path}'", Tone.Faint);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            room.Line($"'{path}' was not written: {e.Message}", Tone.Bad);
        }
    }
}
