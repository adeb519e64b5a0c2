namespace Koda.Worker.Shell;

/// <summary>The git commands that change a repository's configuration, which their words do not name.</summary>
internal static class GitSettings
{
    private static readonly HashSet<string> s_elsewhere = ["--global", "--system", "--file", "-f", "--blob"];

    private static readonly HashSet<string> s_changing =
    [
        "set",
        "unset",
        "edit",
        "rename-section",
        "remove-section",
        "--unset",
        "--unset-all",
        "--add",
        "--replace-all",
        "--edit",
        "-e",
        "--rename-section",
        "--remove-section",
    ];

    private static readonly HashSet<string> s_asking = ["get", "list", "--list", "-l"];

    private static readonly Dictionary<string, HashSet<string>> s_subcommands = new()
    {
        ["remote"] = ["add", "rename", "remove", "rm", "set-url", "set-branches"],
        ["submodule"] = ["add", "init", "update", "deinit", "sync", "set-url", "set-branch", "absorbgitdirs"],
        ["sparse-checkout"] = ["init", "set", "add", "reapply", "disable"],
        ["lfs"] = ["install", "uninstall"],
        ["branch"] = ["-u", "--set-upstream-to", "--unset-upstream", "--edit-description"],
    };

    /// <param name="words">The command without git and its options.</param>
    public static bool Changed(IReadOnlyList<ShellWord> words)
    {
        if (words.Count == 0 || words[0].Value is not { } command)
            return false;
        var values = words.Skip(1).Select(word => word.Value?.Split('=')[0]).ToList();
        if (command != "config")
            return s_subcommands.GetValueOrDefault(command) is { } changing
                && values.Any(value => value is not null && changing.Contains(value));
        if (values.Any(value => value is not null && (s_elsewhere.Contains(value) || value.StartsWith("--get", StringComparison.Ordinal))))
            return false;
        var asks = values.FirstOrDefault() is { } first && s_asking.Contains(first);
        return !asks
            && (
                values.Any(value => value is null || s_changing.Contains(value))
                || values.Count(value => value?.StartsWith('-') == false) > 1);
    }

    /// <summary>The configuration of the repository that a directory lies in. Null: there is none.</summary>
    public static string? Of(string directory)
    {
        for (var at = directory; at is not null; at = Path.GetDirectoryName(at))
        {
            if (Directory.Exists($"{at}/.git"))
                return $"{at}/.git/config";
            if (Line($"{at}/.git") is not { } pointed || !pointed.StartsWith("gitdir: ", StringComparison.Ordinal))
                continue;
            var own = Path.Combine(at, pointed["gitdir: ".Length..]);
            return $"{(Line($"{own}/commondir") is { } common ? Path.Combine(own, common) : own)}/config";
        }
        return null;
    }

    private static string? Line(string file) => File.Exists(file) ? File.ReadLines(file).FirstOrDefault() : null;
}
