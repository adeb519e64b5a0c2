namespace Koda.Worker.Shell;

/// <summary>What programs do with their words.</summary>
internal static class Programs
{
    /// <summary>Their words are text, not files.</summary>
    public static readonly HashSet<string> Talking =
    [
        "echo",
        "printf",
        ":",
        "true",
        "false",
        "sleep",
        "exit",
        "return",
        "break",
        "continue",
        "kill",
        "date",
        "seq",
        "expr",
        "pwd",
        "wait",
        "shift",
        "set",
        "unset",
        "export",
        "local",
        "declare",
        "typeset",
        "readonly",
        "let",
        "tr",
        "which",
        "type",
        "hash",
        "jobs",
        "umask",
        "whoami",
        "id",
        "uname",
        "hostname",
        "nproc",
        "uptime",
        "trap",
        "read",
        "getopts",
        "yes",
        "times",
        "ulimit",
        "bg",
        "fg",
        "disown",
    ];

    /// <summary>Their first word is a text to look for, unless an option gives it.</summary>
    public static readonly HashSet<string> TextFirst = ["grep", "egrep", "fgrep", "rg", "ag", "sed", "awk", "gawk", "mawk", "jq", "yq"];

    /// <summary>They read their files and change none.</summary>
    public static readonly HashSet<string> Reading =
    [
        "cat",
        "head",
        "tail",
        "wc",
        "nl",
        "tac",
        "cut",
        "diff",
        "cmp",
        "comm",
        "stat",
        "file",
        "ls",
        "tree",
        "du",
        "df",
        "md5sum",
        "sha1sum",
        "sha256sum",
        "sha512sum",
        "basename",
        "dirname",
        "realpath",
        "readlink",
        "strings",
        "od",
        "hexdump",
        "paste",
        "join",
        "column",
        "fold",
        "rev",
        "test",
        "[",
        "grep",
        "egrep",
        "fgrep",
        "rg",
        "ag",
        "jq",
        "less",
        "more",
        "cd",
        "pushd",
        "find",
        "awk",
        "gawk",
        "mawk",
        "bat",
        "zcat",
    ];

    /// <summary>They remove files, which has rules of its own.</summary>
    public static readonly IReadOnlyDictionary<string, string> Removing =
        new Dictionary<string, string> { ["rm"] = "rm", ["unlink"] = "rm", ["shred"] = "rm", ["rmdir"] = "rmdir" };

    /// <summary>Shells, which run the script that they are given.</summary>
    public static readonly HashSet<string> Shells = ["bash", "sh", "dash", "zsh", "ksh", "ash", "rbash", "busybox"];

    /// <summary>They change how the rest of a script is read, or run what is not in their words.</summary>
    public static readonly HashSet<string> Rereading =
        ["source", ".", "alias", "shopt", "enable", "bind", "complete", "fc", "history", "mapfile", "readarray", "coproc"];

    /// <summary>They run another command.</summary>
    public static readonly IReadOnlyDictionary<string, Wrapper> Wrapping = new Dictionary<string, Wrapper>
    {
        ["env"] = new("uCS", Assigns: true),
        ["sudo"] = new("ughpCTrtUDR", Assigns: true),
        ["doas"] = new("uC"),
        ["nohup"] = new(""),
        ["nice"] = new("n"),
        ["ionice"] = new("cnpPu"),
        ["timeout"] = new("ks", Before: 1),
        ["time"] = new("fo"),
        ["command"] = new(""),
        ["builtin"] = new(""),
        ["exec"] = new("a"),
        ["setsid"] = new(""),
        ["stdbuf"] = new("ioe"),
        ["chronic"] = new(""),
        ["unbuffer"] = new(""),
        ["xargs"] = new("IEdanLPs", Appends: true),
        ["chroot"] = new("", Before: 1),
        ["watch"] = new("n"),
        ["flock"] = new("wE", Before: 1),
        ["strace"] = new("opeEasuS"),
    };

    /// <summary>Whether a program changes no file.</summary>
    public static bool KeepsFiles(string? program) =>
        program is not null
        && (program == ShellCommand.Assignment || Reading.Contains(program) || Talking.Contains(program))
        && program != "find";

    /// <param name="Valued">The one-letter options that take the next word.</param>
    /// <param name="Before">How many words come before the command.</param>
    /// <param name="Assigns">Whether variables may be set before the command.</param>
    /// <param name="Appends">Whether words that nobody sees are added to the command.</param>
    internal sealed record Wrapper(string Valued, int Before = 0, bool Assigns = false, bool Appends = false);
}
