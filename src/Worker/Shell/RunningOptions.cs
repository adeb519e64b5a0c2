using System.Text.RegularExpressions;

namespace Koda.Worker.Shell;

/// <summary>
/// The words that make a known program run another one: <c>git -c core.pager=…</c>, <c>tar --to-command</c>, <c>npm --script-shell</c>. Who
/// allows a program by a pattern did not mean them unless the pattern holds them.
/// </summary>
internal static partial class RunningOptions
{
    private static readonly Dictionary<string, Words> s_known = new()
    {
        ["git"] = new(["config-env", "exec-path", "git-dir", "work-tree"], "c"),
        ["git clone"] = new(["upload-pack", "config", "template"], "uc"),
        ["git init"] = new(["template"]),
        ["git fetch"] = new(["upload-pack"]),
        ["git pull"] = new(["upload-pack"]),
        ["git ls-remote"] = new(["upload-pack", "exec"]),
        ["git push"] = new(["receive-pack", "exec"]),
        ["git archive"] = new(["exec"]),
        ["git rebase"] = new(["exec"], "x"),
        ["git grep"] = new(["open-files-in-pager"], "O"),
        ["git difftool"] = new(["extcmd", "tool"], "xt"),
        ["git mergetool"] = new(["tool"], "t"),
        ["git bisect"] = new([]) { Exact = ["run"] },
        ["git submodule"] = new([]) { Exact = ["foreach"] },
        ["git filter-branch"] =
            new(["setup", "env-filter", "tree-filter", "index-filter", "parent-filter", "msg-filter", "commit-filter", "tag-name-filter"]),
        ["git send-email"] = new(["sendmail-cmd", "smtp-server", "to-cmd", "cc-cmd", "header-cmd"]),
        ["npm"] = NodePackages(""),
        ["npm exec"] = NodePackages("c"),
        ["npx"] = NodePackages("c"),
        ["pnpm"] = NodePackages("c"),
        ["yarn"] = NodePackages(""),
        ["tar"] = new(
            ["to-command", "use-compress-program", "checkpoint-action", "rsh-command", "rmt-command", "info-script", "new-volume-script"],
            "IF")
        {
            Bundled = true,
        },
        ["sort"] = new(["compress-program"]),
        ["split"] = new(["filter"]),
        ["rg"] = new(["pre", "hostname-bin"]),
        ["ag"] = new(["pager"]),
        ["bat"] = new(["pager"]),
        ["fd"] = new(["exec", "exec-batch"], "xX"),
        ["fdfind"] = new(["exec", "exec-batch"], "xX"),
        ["rsync"] = new(["rsh", "rsync-path"], "e"),
        ["scp"] = new([], "SoDF"),
        ["sftp"] = new([], "SoDF"),
        ["ssh"] = new([], "oF"),
        ["zip"] = new(["unzip-command"]) { Exact = ["-TT"] },
        ["man"] = new(["pager", "html"], "PH"),
        ["wget"] = new(["use-askpass", "execute"], "e"),
        ["make"] = new(["eval", "file", "makefile"], "f") { Pattern = MakeVariable() },
        ["cargo"] = new(["config"]),
        ["go"] = new([]) { Pattern = GoOption() },
        ["dotnet"] = new(["test-adapter-path"]) { Pattern = DotnetOption() },
        ["gradle"] = new(["init-script"], "I"),
        ["gradlew"] = new(["init-script"], "I"),
        ["gcc"] = new([]) { Pattern = CompilerOption() },
        ["g++"] = new([]) { Pattern = CompilerOption() },
        ["cc"] = new([]) { Pattern = CompilerOption() },
        ["clang"] = new([]) { Pattern = CompilerOption() },
        ["sed"] = new([]) { Pattern = SedCommand() },
        ["awk"] = new([]) { Pattern = AwkCommand() },
        ["gawk"] = new([]) { Pattern = AwkCommand() },
        ["mawk"] = new([]) { Pattern = AwkCommand() },
    };

    // What follows them is a text.
    private static readonly HashSet<string> s_texts = ["-m", "--message", "-F", "--file", "-e", "--regexp"];

    // A number, or the name of a pipe.
    private static readonly string[] s_noOptions = ["$((", "${#", "$#", "$?", "$$", "$!", "<(", ">("];

    /// <summary>
    /// Those of a command, as they are written once quotes are taken away. Words that are known only when it runs may be such words.
    /// </summary>
    /// <param name="program">The program's name.</param>
    /// <param name="words">The command, its program first.</param>
    /// <param name="places">Where it may run, for patterns that may match files with the names of options.</param>
    public static IReadOnlyList<string> Of(string program, IReadOnlyList<ShellWord> words, WorkingPlaces places)
    {
        var command = words.Skip(1).SkipWhile(IsOption).FirstOrDefault();
        if (program == "git")
            return OfGit(words, places);
        var known = (command is null ? null : s_known.GetValueOrDefault($"{program} {command.Value}"))
            ?? s_known.GetValueOrDefault(program);
        return known is null ? [] : Found(known, [.. words.Skip(1)], places);
    }

    private static IReadOnlyList<string> OfGit(IReadOnlyList<ShellWord> words, WorkingPlaces places)
    {
        var at = 1;
        while (at < words.Count && IsOption(words[at]))
            at += words[at].Value is "-C" or "-c" ? 2 : 1;
        // Where the subcommand is not known, it may be an option as well.
        var own = words.Skip(1).Take(at - (words.ElementAtOrDefault(at)?.Static is null ? 0 : 1)).ToList();
        var known = at < words.Count ? s_known.GetValueOrDefault($"git {words[at].Value}") : null;
        return [.. Found(s_known["git"], own, places), .. known is null ? [] : Found(known, [.. words.Skip(at + 1)], places)];
    }

    private static bool IsOption(ShellWord word) => word.Value?.StartsWith('-') == true;

    private static List<string> Found(Words known, List<ShellWord> words, WorkingPlaces places)
    {
        var found = new List<string>();
        for (var i = 0; i < words.Count && words[i].Value != "--"; i++)
        {
            var text =
                s_noOptions.Any(start => words[i].Text.StartsWith(start, StringComparison.Ordinal))
                || (i > 0 && words[i - 1].Value is { } before && s_texts.Contains(before));
            if (words[i].Value is { } value ? known.Fit(value, i == 0) : !text)
                found.Add(words[i].Value ?? words[i].Text);
            else if (words[i].IsPattern && MatchingOption(words[i].Value, places) is { } option)
                found.Add(option);
        }
        return found;
    }

    // The shell hands files over by their names, which may be options.
    private static string? MatchingOption(string? pattern, WorkingPlaces places) =>
        pattern is null || pattern[0] is not ('*' or '?' or '[' or '-') ? null
        : places.Unknown ? $"-{pattern}"
        : places
            .Directories.Where(Directory.Exists)
            .SelectMany(directory => Directory.EnumerateFileSystemEntries(directory, "-*"))
            .Select(Path.GetFileName)
            .FirstOrDefault();

    private static Words NodePackages(string letters) =>
        new(
            [
                "script-shell", "shell", "node-options", "userconfig", "globalconfig", "git", "viewer", "editor", "browser",
                "onload-script", "init-module", "call", "use-yarnrc",
            ],
            letters);

    [GeneratedRegex(@"^(?:\.?SHELL(?:FLAGS)?|MAKEFLAGS|MAKEFILES)\s*[:?+!]*=")]
    private static partial Regex MakeVariable();

    [GeneratedRegex(@"^--?(?:exec|toolexec|vettool|overlay|modfile)(?:=|$)|^--?ldflags=.*extld|^-extld")]
    private static partial Regex GoOption();

    [GeneratedRegex(
        @"^@|^(?:--?|/)(?:p|property):(?:Custom|DirectoryBuild|MSBuild|VSTest|[^=]*Tool(?:Path|Exe))|^(?:--?|/)(?:l|logger|dl|distributedlogger):.*\.dll",
        RegexOptions.IgnoreCase)]
    private static partial Regex DotnetOption();

    [GeneratedRegex("^-(?:wrapper$|fplugin|B|specs|fuse-ld|Wl,.*plugin)|^@")]
    private static partial Regex CompilerOption();

    // Its command e, and the flag e of s. A text that only looks like them is asked about too.
    [GeneratedRegex(@"(?:^|[\s;{}$!0-9/])e(?:$|[\s;}])|s(\W).*\1.*\1[a-zA-Z0-9]*e")]
    private static partial Regex SedCommand();

    [GeneratedRegex(@"system\s*\(|\||getline|@load|^(?:-l|--load)")]
    private static partial Regex AwkCommand();

    /// <param name="Long">Options with two dashes, which may be shortened.</param>
    /// <param name="Letters">Options of one letter, which may stand together.</param>
    private sealed record Words(IReadOnlyList<string> Long, string Letters = "")
    {
        /// <summary>Other words.</summary>
        public IReadOnlyList<string> Exact { get; init; } = [];

        /// <summary>What else such words look like.</summary>
        public Regex? Pattern { get; init; }

        /// <summary>Whether the first word holds letters without a dash.</summary>
        public bool Bundled { get; init; }

        public bool Fit(string word, bool first)
        {
            if (Exact.Contains(word) || Pattern?.IsMatch(word) == true)
                return true;
            if (word.StartsWith("--", StringComparison.Ordinal))
                return word.Length > 2 && Long.Any(option => option.StartsWith(word[2..].Split('=')[0], StringComparison.Ordinal));
            return (word.StartsWith('-') || (first && Bundled)) && word.Any(letter => Letters.Contains(letter, StringComparison.Ordinal));
        }
    }
}
