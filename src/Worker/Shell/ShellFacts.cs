namespace Koda.Worker.Shell;

/// <summary>What a shell script is known to do before it runs.</summary>
internal sealed class ShellFacts
{
    private const int MaxPaths = 5000;

    private readonly List<ShellCommand> _commands = [];
    private readonly List<ShellPath> _paths = [];
    private readonly List<string> _open = [];
    private readonly HashSet<string> _opaque = [];

    /// <summary>Every simple command, also those inside of substitutions, functions and other commands.</summary>
    public IReadOnlyList<ShellCommand> Commands => _commands;

    /// <summary>The files and directories that words and redirects name, links resolved.</summary>
    public IReadOnlyList<ShellPath> Paths => _paths;

    /// <summary>Parts of the script of which nobody can say, before they run, which files they touch.</summary>
    public IReadOnlyList<string> Open => _open;

    /// <summary>Commands, as they are written, whose program may touch other files than its words name.</summary>
    public IReadOnlySet<string> Opaque => _opaque;

    /// <summary>Whether what runs cannot be known either: a program's name or a script is made while it runs.</summary>
    public bool Hidden { get; private set; }

    public void Add(ShellCommand command) => _commands.Add(command);

    public void Add(ShellPath path)
    {
        if (_paths.Count >= MaxPaths)
            Leave("too many paths");
        else if (!_paths.Contains(path))
            _paths.Add(path);
    }

    /// <summary>Notes that a part's files cannot be known.</summary>
    public void Leave(string part)
    {
        if (!_open.Contains(part))
            _open.Add(part);
    }

    /// <summary>Notes that a command's program may touch anything.</summary>
    public void Trust(string command) => _opaque.Add(command);

    /// <summary>Notes that what a part runs cannot be known.</summary>
    public void Hide(string part)
    {
        Hidden = true;
        Leave(part);
    }
}

/// <summary>A simple command.</summary>
/// <param name="Program">The program's name without its directory. Null: it is known only when it runs.</param>
/// <param name="Text">The command as it is written, without its redirects.</param>
/// <param name="Plain">The same without quotes and assignments, where all of it is known.</param>
/// <param name="Wraps">Whether it does nothing but run another command, which is judged by itself.</param>
internal sealed record ShellCommand(string? Program, string Text, string Plain, bool Wraps = false)
{
    /// <summary>What stands in the place of a program where variables get values that may change what runs later.</summary>
    public const string Assignment = "=";

    /// <summary>The command with its redirects. Null: it has none.</summary>
    public string? Whole { get; init; }

    /// <summary>The words that may make its program run another one.</summary>
    public IReadOnlyList<string> Running { get; init; } = [];

    /// <summary>The ways to spell it, each of which must be allowed.</summary>
    public IReadOnlyList<string> Spellings => [Text, Plain];

    /// <summary>The ways to spell it by which it may be forbidden as well.</summary>
    public IReadOnlyList<string> Forbidding => [.. new[] { Whole, Bare }.OfType<string>()];

    /// <summary>The command without the options before its subcommand. Null: it has none.</summary>
    public string? Bare { get; init; }

    /// <summary>
    /// The command, and the same without the options before its subcommand, with <c>*</c> for the words that are known only when it runs;
    /// none when all are known.
    /// </summary>
    public IReadOnlyList<string> Templates { get; init; } = [];

    /// <summary>What it removes, as rules of their own see it: <c>rm</c> or <c>rmdir</c>. Null: nothing.</summary>
    public string? Removal { get; init; }

    /// <summary>The real paths of what it removes.</summary>
    public IReadOnlyList<string> Removed { get; init; } = [];
}

/// <summary>A file or directory that a script names.</summary>
/// <param name="Real">Its path, links resolved.</param>
/// <param name="Writes">Whether it may be made or changed.</param>
/// <param name="Redirected">Whether the shell itself opens it.</param>
internal sealed record ShellPath(string Real, bool Writes, bool Redirected = false);
