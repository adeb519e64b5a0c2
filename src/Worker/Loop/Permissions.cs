using Koda.Protos.Worker.V1;
using Koda.Worker.Journal;
using Koda.Worker.Tools;

namespace Koda.Worker.Loop;

/// <summary>
/// What an agent may do. Within a layer the last rule that matches decides, and a later layer stands above an earlier one; but the
/// project's may only be stricter than what lies below, since a repository that was cloned is not trusted.
/// </summary>
/// <param name="below">The defaults and the installation's rules.</param>
/// <param name="project">The rules of the workspace.</param>
/// <param name="agent">The agent's own.</param>
internal sealed class Permissions(
    IReadOnlyList<PermissionRule> below, IReadOnlyList<PermissionRule> project, IReadOnlyList<PermissionRule> agent)
{
    // No file is called so.
    private const string AnyFile = "\u0001";

    private bool? _readsAnything;

    /// <param name="rules">The agent's rules; there are no others.</param>
    public Permissions(IReadOnlyList<PermissionRule> rules)
        : this([], [], rules)
    {
    }

    /// <summary>Whether an answer for always reaches what is like the call, and not every call of its tool.</summary>
    public bool ByPattern { get; init; }

    /// <summary>What becomes of commands that run without a sandbox.</summary>
    public UnconfinedCommands Unconfined { get; init; }

    /// <summary>The rules of who called the agent: it may do no more unasked than they allow. No match: they say nothing.</summary>
    public IReadOnlyList<PermissionRule> Ceiling { get; init; } = [];

    /// <summary>Whether a person is asked for each call of a tool, whatever the rules allow and was allowed for always.</summary>
    public bool AsksForEach(string tool) => Unconfined == UnconfinedCommands.Ask && TurnPermissions.Running.Contains(tool);

    /// <summary>
    /// Whether the worker was started to run commands without a sandbox, so that what nobody can know of them beforehand needs no answer.
    /// </summary>
    public bool Accepts(Demand demand) => Unconfined == UnconfinedCommands.Accept && demand is { Leaves: true, Subject: Demand.Unknown };

    /// <summary>What the rules say of a demand. Null: nothing.</summary>
    public PermissionAction? Decide(Demand demand)
    {
        if (demand.Unless is { } other && Decide(other with { NamedOnly = true }) == PermissionAction.Allow)
            return PermissionAction.Allow;
        var decisions = demand.Spellings.Prepend(demand.Subject).Distinct().Select(spelling => Decide(demand, spelling)).ToList();
        var strictest = decisions.Aggregate(Strictest);
        var named = demand with { NamedOnly = true };
        strictest = demand
            .Forbidding.Select(spelling => Decide(named, spelling))
            .Where(action => action != PermissionAction.Allow)
            .Aggregate(strictest, Strictest);
        // One spelling that no rule allows is enough to ask about all.
        return strictest == PermissionAction.Allow && decisions.Contains(null) ? null : strictest;
    }

    /// <summary>Whether a file may be read without asking anybody.</summary>
    /// <param name="path">Its path, relative to the workspace.</param>
    /// <param name="always">What a person allowed for always.</param>
    public bool MayRead(string path, IReadOnlyList<AlwaysAllowed>? always = null)
    {
        // Walks ask of every file: where no rule with a pattern speaks of it, what holds for all files does.
        _readsAnything ??= Decide(new Demand("read", AnyFile)) is null or PermissionAction.Allow;
        if (_readsAnything.Value && !KeptFromReading.Exists(rule => PermissionPattern.Matches("read", rule.Pattern, path)))
            return true;
        var demand = new Demand("read", path);
        return Decide(demand) switch
        {
            PermissionAction.Deny => false,
            PermissionAction.Ask => always?.Any(each => Covers(each.Tool, each.Pattern, demand)) == true,
            _ => true,
        };
    }

    /// <summary>Whether a rule forbids to read a file, whoever is asked.</summary>
    public bool Forbids(string path) => !MayRead(path) && Decide(new Demand("read", path)) == PermissionAction.Deny;

    /// <summary>Whether an agent's own rules forbid to read a file. Null: they forbid none.</summary>
    public static Func<string, bool>? DeniedBy(IReadOnlyList<PermissionRule> rules) =>
        rules.Any(rule => rule.Action == PermissionAction.Deny && PermissionPattern.IsFor(rule, "read"))
            ? new Permissions(rules).Forbids
            : null;

    /// <summary>What a person's answer for always to <paramref name="pattern"/> of <paramref name="tool"/> says of a demand.</summary>
    public static bool Covers(string tool, string pattern, Demand demand)
    {
        if (demand.Unless is { } other && Covers(tool, pattern, other))
            return true;
        var rule = new PermissionRule { Tool = tool, Pattern = pattern, Action = PermissionAction.Allow };
        return demand.Subject != Demand.Unknown
            && demand.Spellings.Prepend(demand.Subject).All(spelling => Last([rule], demand, spelling) is not null);
    }

    private List<PermissionRule> KeptFromReading =>
        field ??= [
            .. below
                .Concat(project)
                .Concat(agent)
                .Concat(Ceiling)
                .Where(rule =>
                    rule.Action != PermissionAction.Allow
                    && PermissionPattern.IsFor(rule, "read")
                    && !PermissionPattern.IsForAll(rule.Pattern)),
        ];

    private PermissionAction? Decide(Demand demand, string spelling)
    {
        var ceiling = Last(Ceiling, demand, spelling);
        return ceiling is null or PermissionAction.Allow
            ? DecideBelow(demand, spelling)
            : Strictest(DecideBelow(demand, spelling), ceiling);
    }

    private PermissionAction? DecideBelow(Demand demand, string spelling)
    {
        if (Last(agent, demand, spelling) is { } own)
            return own;
        var stricter = Last(project, demand, spelling);
        return Strictest(Last(below, demand, spelling), stricter == PermissionAction.Allow ? null : stricter);
    }

    private static PermissionAction? Last(IReadOnlyList<PermissionRule> rules, Demand demand, string spelling)
    {
        for (var i = rules.Count - 1; i >= 0; i--)
        {
            var rule = rules[i];
            if (!PermissionPattern.IsFor(rule, demand.Tool) || (demand.NamedOnly && PermissionPattern.IsForAll(rule.Pattern)))
                continue;
            // What is allowed in general is not meant for credentials.
            if (demand.Credential is { } credential
                && rule.Action == PermissionAction.Allow
                && !PermissionPattern.Names(rule.Pattern, credential))
                continue;
            if (PermissionPattern.IsForAll(rule.Pattern) || rule.Pattern == spelling)
                return rule.Action;
            // What is hidden may be just what the rule forbids, and need not be what it allows.
            if (demand.Hidden && rule.Action != PermissionAction.Allow)
                return PermissionAction.Ask;
            if (!demand.Hidden && PermissionPattern.Matches(demand.Tool, rule.Pattern, spelling)
                && (rule.Action != PermissionAction.Allow || PermissionPattern.Holds(rule.Pattern, demand.Running)))
                return rule.Action;
            if (rule.Action != PermissionAction.Allow && demand.Templates.Any(template => PatternOverlap.Exists(rule.Pattern, template)))
                return PermissionAction.Ask;
        }
        return null;
    }

    // The actions are numbered from the mildest to the strictest.
    private static PermissionAction? Strictest(PermissionAction? one, PermissionAction? other) =>
        one is null ? other : other is null || one > other ? one : other;
}
