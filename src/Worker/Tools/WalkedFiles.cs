using Koda.Worker.Shell;

namespace Koda.Worker.Tools;

/// <summary>The files that may not be read without asking and that a command without a sandbox may come to without naming them.</summary>
internal static class WalkedFiles
{
    private const int MaxFiles = 20;

    // They open what lies in the directories that they are given, or in the one where they run.
    private static readonly HashSet<string> s_walking =
    [
        "rg", "ag", "ack", "rgrep", "tar", "bsdtar", "zip", "7z", "7za", "cpio", "pax", "rsync", "scp", "git", "find", "fd", "fdfind",
        "xargs", "parallel", "rclone", "restic", "ctags",
    ];

    // They do so when they are told to.
    private static readonly HashSet<string> s_recursing = ["grep", "egrep", "fgrep", "cp", "mv", "diff", "install", "ln", "chmod", "sort"];

    public static IEnumerable<string> Of(ShellFacts facts, ToolContext context)
    {
        var places = facts.Commands.SelectMany(command => Places(command, context.Workspace)).ToList();
        if (facts.Open.Count > 0 || facts.Hidden)
            places.Add(context.Workspace.Root);
        return places.Count == 0 ? [] : KeptFiles.Below([.. places.Distinct()], context).Take(MaxFiles);
    }

    private static List<string> Places(ShellCommand command, Workspace workspace)
    {
        var words = command.Plain.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var program = command.Program ?? "";
        var directories = words
            .Skip(1)
            .Where(word => !word.StartsWith('-'))
            .Select(word => RealPaths.Resolve(Path.GetFullPath(word, workspace.Root)))
            .Where(Directory.Exists)
            .ToList();
        var recurses =
            s_walking.Contains(program)
            || (
                s_recursing.Contains(program)
                && (
                    directories.Count > 0
                    || words.Any(word => word.StartsWith('-') && word.Contains('r', StringComparison.OrdinalIgnoreCase))));
        return !recurses ? []
            : directories.Count > 0 ? directories
            : [workspace.Root];
    }
}
