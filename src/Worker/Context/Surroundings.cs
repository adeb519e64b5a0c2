using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;
using Koda.Worker.Tools;

namespace Koda.Worker.Context;

/// <summary>
/// What a coding agent is told of where it works. It changes seldom, so that providers can read the prompt from their cache.
/// </summary>
internal static partial class Surroundings
{
    private const string Instructions = "AGENTS.md";
    private const int LongestInstructions = 32 * 1024;

    public static string Describe(Workspace workspace, TimeProvider time)
    {
        var text = new StringBuilder();
        text.Append("# Where you work\n\n");
        text.Append("- Workspace: ").Append(workspace.Root).Append(". Paths of tools are relative to it.\n");
        text.Append("- Platform: ")
            .Append(RuntimeInformation.OSDescription)
            .Append(", ")
            .Append(RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant())
            .Append('\n');
        text.Append("- Date: ").Append(time.GetLocalNow().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)).Append('\n');
        text.Append("- Git: ").Append(Branch(workspace.Root)).Append('\n');
        if (Project(workspace) is { Length: > 0 } project)
            text.Append("\n# Instructions of the project (").Append(Instructions).Append(")\n\n").Append(project).Append('\n');
        return text.ToString();
    }

    private static string Project(Workspace workspace)
    {
        try
        {
            using var file = workspace.OpenToRead(Instructions);
            using var reader = new StreamReader(file);
            var characters = new char[LongestInstructions + 1];
            var count = reader.ReadBlock(characters);
            return count <= LongestInstructions
                ? new string(characters, 0, count).Trim()
                : $"{new string(characters, 0, LongestInstructions)}\n(The rest of {Instructions} is left out.)";
        }
        catch (Exception unreadable) when (unreadable is ToolException or IOException or UnauthorizedAccessException)
        {
            // Most projects have none.
            return "";
        }
    }

    private static string Branch(string root)
    {
        for (var folder = root; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            var git = Path.Combine(folder, ".git");
            if (!Path.Exists(git))
                continue;
            return FirstLine(Path.Combine(GitFolder(git), "HEAD")) is { } head && Head().Match(head) is { Success: true } match
                ? $"on branch {match.Groups[1].Value}"
                : "a repository that is on no branch";
        }
        return "no repository";
    }

    // In a worktree .git is a file that says where the folder is.
    private static string GitFolder(string git) =>
        File.Exists(git) && FirstLine(git) is { } line && line.StartsWith("gitdir: ", StringComparison.Ordinal)
            ? Path.GetFullPath(line["gitdir: ".Length..].Trim(), Path.GetDirectoryName(git)!)
            : git;

    private static string? FirstLine(string path)
    {
        try
        {
            return File.ReadLines(path).FirstOrDefault();
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    [GeneratedRegex(@"^ref: refs/heads/([\w./@+-]{1,200})\s*$")]
    private static partial Regex Head();
}
