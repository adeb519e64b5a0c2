namespace Koda.Server.Engine.Skills;

/// <summary>A skill in a prompt. The reason is always, triggered or required.</summary>
internal sealed record AttachedSkill(Skill Skill, string Reason);

/// <summary>A skill that is named and not in the prompt.</summary>
internal sealed record LeftOutSkill(string Id, string Reason);

/// <summary>
/// Decides which skills a query attaches: triggers first, then requirements and conflicts in the order of priority, as long as there is
/// room.
/// </summary>
internal sealed class SkillSelection
{
    /// <summary>Attaches every skill.</summary>
    public const string Every = "*";

    /// <summary>What all skills of a prompt may take together.</summary>
    public const int MaxTokens = 16_000;

    private readonly Dictionary<string, Skill> _known = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<AttachedSkill> _attached = [];
    private readonly List<LeftOutSkill> _leftOut = [];
    private readonly string _query;
    private int _tokens;

    private SkillSelection(IReadOnlyList<Skill> skills, string query)
    {
        _query = query;
        // An id is stronger than another skill's alias.
        foreach (var skill in skills)
            _known[skill.Id] = skill;
        foreach (var (alias, skill) in skills.SelectMany(skill => skill.Aliases.Select(alias => (alias, skill))))
            _known.TryAdd(alias, skill);
    }

    public IReadOnlyList<AttachedSkill> Attached => _attached;

    public IReadOnlyList<LeftOutSkill> LeftOut => _leftOut;

    /// <param name="skills">The skills that there are, each id once.</param>
    /// <param name="named">What the agent names.</param>
    /// <param name="query">What the agent is asked.</param>
    public static SkillSelection Of(IReadOnlyList<Skill> skills, IReadOnlyList<string> named, string query)
    {
        var selection = new SkillSelection(skills, query);
        foreach (
            var skill in selection
                .Wanted(skills, named)
                .OrderByDescending(skill => skill.Priority)
                .ThenBy(skill => skill.Id, StringComparer.Ordinal))
            selection.Consider(skill);
        selection._attached.Sort((one, other) => other.Skill.Priority != one.Skill.Priority
            ? other.Skill.Priority.CompareTo(one.Skill.Priority)
            : string.CompareOrdinal(one.Skill.Id, other.Skill.Id));
        return selection;
    }

    private List<Skill> Wanted(IReadOnlyList<Skill> skills, IReadOnlyList<string> named)
    {
        if (named.Contains(Every))
            return [.. skills];
        foreach (var missing in named.Where(name => !_known.ContainsKey(name)))
            _leftOut.Add(new LeftOutSkill(missing, "not_found"));
        return [.. named.Where(_known.ContainsKey).Select(name => _known[name]).Distinct()];
    }

    private void Consider(Skill skill)
    {
        if (Has(skill))
            return;
        if (!skill.IsTriggeredBy(_query))
        {
            _leftOut.Add(new LeftOutSkill(skill.Id, "not_triggered"));
            return;
        }
        var bundle = new List<Skill>();
        if (Gather(skill, bundle) is { } missing)
            _leftOut.Add(new LeftOutSkill(skill.Id, $"requires {missing}"));
        else if (Conflict(bundle) is { } rival)
            _leftOut.Add(new LeftOutSkill(skill.Id, $"conflicts_with {rival}"));
        else if (_tokens + bundle.Sum(SkillPrompt.Tokens) > MaxTokens)
            _leftOut.Add(new LeftOutSkill(skill.Id, "no_room"));
        else
            Attach(skill, bundle);
    }

    private void Attach(Skill skill, List<Skill> bundle)
    {
        _tokens += bundle.Sum(SkillPrompt.Tokens);
        foreach (var member in bundle)
            _attached.Add(new AttachedSkill(member, member != skill ? "required" : skill.Triggers.Count == 0 ? "always" : "triggered"));
    }

    /// <summary>Adds the skill and what it requires, however far, as far as it is not attached yet.</summary>
    /// <returns>What is required and not there; null when all is.</returns>
    private string? Gather(Skill skill, List<Skill> bundle)
    {
        if (Has(skill) || bundle.Contains(skill))
            return null;
        bundle.Add(skill);
        foreach (var name in skill.Requires)
        {
            if (!_known.TryGetValue(name, out var required))
                return name;
            if (Gather(required, bundle) is { } missing)
                return missing;
        }
        return null;
    }

    private string? Conflict(List<Skill> bundle)
    {
        var others = _attached.Select(attached => attached.Skill).Concat(bundle).ToList();
        return bundle.SelectMany(member => others.Where(other => other != member && (Excludes(member, other) || Excludes(other, member))))
            .FirstOrDefault()?.Id;
    }

    private static bool Excludes(Skill skill, Skill other) =>
        skill.Conflicts.Intersect(other.Names, StringComparer.OrdinalIgnoreCase).Any();

    private bool Has(Skill skill) => _attached.Exists(attached => attached.Skill == skill);
}
