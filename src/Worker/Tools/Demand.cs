namespace Koda.Worker.Tools;

/// <summary>Something that a call needs to be allowed: to use a tool on a subject.</summary>
/// <param name="Tool">The tool whose rules decide, or another word that rules know: <c>external_directory</c>, <c>external_read</c>,
/// <c>rm</c>, <c>rmdir</c>.</param>
/// <param name="Subject">The path, command or URL.</param>
internal sealed record Demand(string Tool, string Subject)
{
    /// <summary>What rules call files outside of the workspace, to read and to change.</summary>
    public const string ExternalDirectory = "external_directory";

    /// <summary>What rules call the same, to read only. Those that speak of <see cref="ExternalDirectory"/> hold for it too.</summary>
    public const string ExternalRead = "external_read";

    /// <summary>The subject of what cannot be known before it runs.</summary>
    public const string Unknown = "(unknown)";

    /// <summary>Other spellings of the subject, each of which must be allowed too.</summary>
    public IReadOnlyList<string> Spellings { get; init; } = [];

    /// <summary>
    /// Spellings that need not be allowed, such as one with what is decided by itself: a rule with a pattern of its own may forbid it by
    /// them too.
    /// </summary>
    public IReadOnlyList<string> Forbidding { get; init; } = [];

    /// <summary>Words that may make the program run another one: a rule that allows by a pattern must hold them literally.</summary>
    public IReadOnlyList<string> Running { get; init; } = [];

    /// <summary>
    /// What the subject may turn out to be, with <c>*</c> for what is not known yet: where a rule may forbid that, it is asked about.
    /// </summary>
    public IReadOnlyList<string> Templates { get; init; } = [];

    /// <summary>Whether it is allowed when no rule speaks of it.</summary>
    public bool Harmless { get; init; }

    /// <summary>Whether only rules with a pattern of their own count.</summary>
    public bool NamedOnly { get; init; }

    /// <summary>
    /// Whether the subject is not the whole truth: a rule that allows by a pattern does not reach it, one that forbids may.
    /// </summary>
    public bool Hidden { get; init; }

    /// <summary>
    /// What may hold credentials, and what the subject is or lies in: only rules that name it allow it. Null: it is no such thing.
    /// </summary>
    public string? Credential { get; init; }

    /// <summary>A demand whose allowance by a pattern of its own settles this one.</summary>
    public Demand? Unless { get; init; }

    /// <summary>The pattern that an answer for always would allow. Empty: every call of the tool.</summary>
    public string Always { get; init; } = "";

    /// <summary>
    /// What an answer for always would allow, as <c>tool:pattern</c>. It is one line, whatever a model put into the subject.
    /// </summary>
    public string AlwaysText =>
        Unless?.AlwaysText ?? (Always.Contains('\n', StringComparison.Ordinal) ? $"{Tool}:{Unknown}" : $"{Tool}:{Always}");

    /// <summary>Whether it is to leave the workspace.</summary>
    public bool Leaves => Tool is ExternalDirectory or ExternalRead;

    /// <summary>
    /// What a person is told of those demands that leave the workspace; it ends what is shown of the call. Empty: none does.
    /// </summary>
    public static string Told(IEnumerable<Demand> demands, Workspace workspace) =>
        string.Concat(demands.Where(demand => demand.Leaves).Select(demand => $"\n\n{demand.Told(workspace)}").Distinct());

    private string Told(Workspace workspace) =>
        Reach switch
        {
            { } reach when workspace.Holds(reach.Path) =>
                $"May change what is run or trusted later, outside of any sandbox: {workspace.Shown(reach.Path)}",
            { } reach => $"Leaves the workspace: {reach.Path} ({(reach.Writable ? "may change it" : "reads it")})",
            _ => "May leave the workspace: which files it touches is known only when it runs.",
        };

    /// <summary>Whether the file may be another one afterwards.</summary>
    public bool Changes { get; init; }

    /// <summary>The path as the model gave it. Null: as the subject says.</summary>
    public string? Given { get; init; }

    /// <summary>The path outside of the workspace that the call reaches once it is allowed.</summary>
    public OutsidePath? Reach { get; init; }
}

/// <summary>A path outside of the workspace that a call was allowed to reach, with what lies below it.</summary>
internal sealed record OutsidePath(string Path, bool Writable)
{
    /// <summary>How a sandbox shows it.</summary>
    public Mount Mount => new(Path, Writable ? MountKind.Writable : MountKind.Readable);
}

/// <summary>A question that a call asks a person; the answer is its result.</summary>
internal sealed record UserQuestion(string Text, IReadOnlyList<string> Options, bool Multiple);
