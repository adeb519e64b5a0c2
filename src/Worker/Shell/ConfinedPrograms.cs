using System.Text.RegularExpressions;

namespace Koda.Worker.Shell;

/// <summary>
/// The programs, with the options, that touch no file but those their words name. Everything else may touch anything: a list of what is
/// dangerous would never be complete.
/// </summary>
internal static partial class ConfinedPrograms
{
    private const string Any = "*";

    // Programs with the letters of the options that are known to be harmless.
    private static readonly Dictionary<string, string> s_letters = new[]
    {
        "echo *", ": *", "true *", "false *", "pwd LP", "exit ", "return ", "break ", "continue ", "sleep ", "wait ", "date uIR", "seq w",
        "basename a", "dirname ", "which a", "whoami ", "id ung", "uname asrm", "nproc ", "printf ", "set euxo", "cd L", "test *", "[ *",
        "cat AbeEnstTuv", "head ncqv0123456789", "tail ncqv0123456789", "wc clmLw", "nl bnswv", "tac ",
        "ls aAbBcCdfgGhiklmnNoqQrRsStuUvwxXZ1", "mkdir pvm", "touch acm", "rm rRfdvi", "rmdir pv", "cp fnvipu", "mv fnviu", "tee ai",
        "cut bcdfs", "tr cdsCt", "rev ", "fold bsw", "paste ds", "grep abcEFGhHiIlLnoqrsvwxyABCmeu", "egrep abchHiIlLnoqrsvwxABCme",
        "fgrep abchHiIlLnoqrsvwxABCme", "sort bdfghiMnRrsuVzkt", "uniq cdDiuz", "cmp bls", "comm 123", "stat cft", "readlink fenm",
        "realpath em", "md5sum b", "sha256sum b", "du abchksm", "sed nEr",
    }.Select(entry => entry.Split(' ')).ToDictionary(entry => entry[0], entry => entry[1]);

    private static readonly HashSet<string> s_harmlessVariables =
        ["LANG", "LC_ALL", "LC_CTYPE", "TZ", "NO_COLOR", "FORCE_COLOR", "CLICOLOR", "COLUMNS", "LINES", "NODE_ENV", "DEBUG", "VERBOSE"];

    private static readonly HashSet<string> s_findWords =
    [
        "-name",
        "-iname",
        "-path",
        "-ipath",
        "-type",
        "-maxdepth",
        "-mindepth",
        "-print",
        "-print0",
        "-size",
        "-mtime",
        "-mmin",
        "-empty",
        "-prune",
        "-not",
        "-o",
        "-a",
        "-or",
        "-and",
        "!",
        "(",
        ")",
        "-delete",
    ];

    /// <summary>Whether a command touches no file but those that its words name.</summary>
    public static bool Confines(string program, IReadOnlyList<ShellWord> words)
    {
        var values = words.Skip(1).Select(word => word.Value).ToList();
        if (values.Any(value => value is null))
            return false;
        return program switch
        {
            "find" => values.All(value => !value!.StartsWith('-') || s_findWords.Contains(value)),
            "printf" => values.Count > 0 && !values[0]!.StartsWith('-'),
            "test" or "[" => !values.Contains("-v") && !values.Contains("-R"),
            "sed" => values.Count > 1
                && Options(program, values)
                && values.FirstOrDefault(value => !value!.StartsWith('-')) is { } script
                && PrintedLines().IsMatch(script),
            "uniq" => Options(program, values) && values.Count(value => !value!.StartsWith('-')) <= 1,
            // What a pattern matches would get the names that are there already.
            "cp" or "mv" => Options(program, values) && !words.Any(word => word.IsPattern),
            "set" => Options(program, values) && values.All(value => value!.StartsWith('-') || value == "pipefail"),
            _ => Options(program, values),
        };
    }

    /// <summary>Whether a program that runs another command does nothing else by the words before it.</summary>
    public static bool Wraps(string program, IEnumerable<ShellWord> words) =>
        program switch
        {
            "time" or "command" or "nohup" or "timeout" or "nice" => words
                .Skip(1)
                .All(word => word.Static is { } text && PlainWord().IsMatch(text)),
            "env" => words.Skip(1).All(word => word.Static is { } text && s_harmlessVariables.Contains(text.Split('=')[0])),
            _ => false,
        };

    /// <summary>Whether programs heed none of the variables.</summary>
    public static bool Heeds(IEnumerable<ShellAssignment> assignments) =>
        !assignments.All(assignment => s_harmlessVariables.Contains(assignment.Name));

    /// <summary>Whether all variables are the script's own, so that neither the shell nor what it runs heeds them.</summary>
    public static bool Keeps(IEnumerable<ShellAssignment> assignments) =>
        assignments.All(assignment => s_harmlessVariables.Contains(assignment.Name) || OwnVariable().IsMatch(assignment.Name));

    /// <summary>Whether assignments change nothing that programs heed.</summary>
    public static bool Assigns(IReadOnlyList<ShellAssignment> assignments) =>
        Keeps(assignments) && assignments.All(assignment => assignment.Words.All(word => word.Value is not null));

    private static bool Options(string program, List<string?> values) =>
        s_letters.TryGetValue(program, out var letters)
        && (letters == Any || values.All(value => value!.Length < 2 || value[0] != '-' || value == "--" || IsKnown(value, letters)));

    // Behind a letter that takes a value, the rest of the word is that value, which may be a number or a list of them.
    private static bool IsKnown(string option, string letters) =>
        option[1] != '-'
        && option
            .Skip(1)
            .All(letter => letters.Contains(letter, StringComparison.Ordinal) || char.IsAsciiDigit(letter) || letter is ',' or '.');

    [GeneratedRegex(@"^(?:(?:\d+|\$)(?:,(?:\d+|\$))?[pdq];?)+$")]
    private static partial Regex PrintedLines();

    [GeneratedRegex(@"^-?[0-9.]*[smhdn]?$|^-p$")]
    private static partial Regex PlainWord();

    // Names in small letters are the script's own; programs heed few of them.
    [GeneratedRegex("^(?!.*proxy)[a-z][a-z0-9_]*$")]
    private static partial Regex OwnVariable();
}
