namespace Koda.Server.Engine.Skills;

/// <summary>A skill: markdown that reaches an agent's prompt. Later sources win over earlier ones.</summary>
internal sealed record Skill
{
    /// <summary>The file's stem.</summary>
    public required string Id { get; init; }

    public required SkillSource Source { get; init; }
    public string Name { get; init; } = "";
    public string Description { get; init; } = "";
    public IReadOnlyList<string> Aliases { get; init; } = [];
    public string Category { get; init; } = "";
    public IReadOnlyList<string> Tags { get; init; } = [];
    public string Version { get; init; } = "1.0.0";

    /// <summary>Regular expressions over the query. None: always.</summary>
    public IReadOnlyList<SkillTrigger> Triggers { get; init; } = [];

    public int Priority { get; init; }

    /// <summary>How much of it reaches the prompt. 0: all of it.</summary>
    public int MaxTokens { get; init; }

    public string Instruction { get; init; } = "";
    public string OutputFormat { get; init; } = "";
    public IReadOnlyList<string> Requires { get; init; } = [];
    public IReadOnlyList<string> Conflicts { get; init; } = [];
    public string Body { get; init; } = "";

    /// <summary>As JSON.</summary>
    public string FrontMatter { get; init; } = "{}";

    /// <summary>The SHA-256 of the file.</summary>
    public string Digest { get; init; } = "";

    public bool IsTriggeredBy(string query) => Triggers.Count == 0 || Triggers.Any(trigger => trigger.Matches(query));

    /// <summary>The skill's id and its other names.</summary>
    public IEnumerable<string> Names => Aliases.Prepend(Id);

    public bool HasTag(string tag) => Tags.Contains(tag, StringComparer.OrdinalIgnoreCase);
}

internal enum SkillSource
{
    BuiltIn,
    Data,
    Workspace,
}

/// <summary>A fault of a skill's file. An empty path is the file as a whole.</summary>
internal sealed record SkillProblem(string File, string Path, string Message);

/// <summary>A file that was read: the skill, or what keeps it from being one.</summary>
internal sealed record SkillFile(string Id, Skill? Skill, IReadOnlyList<SkillProblem> Problems);
