using System.CommandLine;
using Koda.Cli.Lists;
using Koda.Cli.Terminal;
using Koda.Protos.ControlPlane.V1;

namespace Koda.Cli.Skills;

/// <summary><c>koda skills</c></summary>
internal static class SkillsCommand
{
    private static readonly Listing<Skill> s_listing = new(
        skill => skill.Id,
        new("SKILL", skill => skill.Id),
        new("VERSION", skill => skill.Version, Importance.Detail),
        new("SOURCE", skill => skill.Source),
        new("CATEGORY", skill => skill.Category),
        new("DESCRIPTION", skill => skill.Problems.Count > 0 ? Problem(skill.Problems[0]) : skill.Description)
        {
            Tone = skill => skill.Problems.Count > 0 ? Tone.Bad : Tone.Plain,
        });

    public static Command Create(CommonOptions common)
    {
        var command = new TaughtCommand(
            "skills",
            "Lists the skills that agents can be given: those that come with Koda, and the files in the server's data folder.",
            """
            koda skills
            koda skills show security-review
            """)
        { common.Output, Show(common) };
        command.SetAction(async (parse, cancellationToken) =>
        {
            await using var session = common.Open(parse);
            var skills = await session.Client.Skills.ListAsync(cancellationToken: cancellationToken).ToListAsync(cancellationToken);
            s_listing.Write(session, skills, JsonOutput.List, "There is no skill.");
            return ExitCode.Ok;
        });
        return command;
    }

    private static TaughtCommand Show(CommonOptions common)
    {
        var id = new Argument<string>("skill") { Description = "The skill's id, or one of its other names." };
        var command = new TaughtCommand("show", "Shows a skill with its text.", "koda skills show write-tests") { id };
        command.SetAction(async (parse, cancellationToken) =>
        {
            await using var session = common.Open(parse);
            var details = await session.Client.Skills.GetAsync(parse.GetRequiredValue(id), cancellationToken);
            session.Terminal.Out.WriteLine(session.Json ? JsonOutput.Text(details) : Text(details));
            return ExitCode.Ok;
        });
        return command;
    }

    private static string Text(SkillDetails details) => Printable.Text(string.Join("\n\n", new[]
    {
        $"{details.Skill.Name} ({details.Skill.Id} {details.Skill.Version}, {details.Skill.Source})",
        string.Join('\n', details.Skill.Problems.Select(Problem)),
        details.Skill.Triggers.Count == 0 ? "" : $"triggers: {string.Join("  ", details.Skill.Triggers)}",
        details.Instruction,
        details.Body,
        details.OutputFormatEnforcement,
    }.Where(part => part.Length > 0)));

    private static string Problem(SkillProblem problem) =>
        $"{problem.File}: {problem.Path} {problem.Message}".Replace("  ", " ", StringComparison.Ordinal);
}
