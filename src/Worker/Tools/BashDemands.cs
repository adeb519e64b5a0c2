using System.Text.RegularExpressions;
using Koda.Worker.Shell;

namespace Koda.Worker.Tools;

/// <summary>
/// What a command line needs to be allowed: each of its commands, what it removes, and what it names outside of the workspace. In a sandbox
/// nothing else can be touched; without one, what cannot be known beforehand is taken to leave the workspace.
/// </summary>
internal static partial class BashDemands
{
    // Their second word says what they do.
    private static readonly HashSet<string> s_withSubcommands =
    [
        "git",
        "npm",
        "yarn",
        "pnpm",
        "npx",
        "bun",
        "deno",
        "cargo",
        "go",
        "dotnet",
        "docker",
        "podman",
        "kubectl",
        "helm",
        "pip",
        "pip3",
        "uv",
        "poetry",
        "gem",
        "bundle",
        "make",
        "just",
        "mvn",
        "gradle",
        "apt",
        "apt-get",
        "brew",
        "systemctl",
        "terraform",
        "gh",
        "az",
        "aws",
        "gcloud",
        "rustup",
        "composer",
    ];

    public static IEnumerable<Demand> Of(string command, ToolContext context)
    {
        var facts = ShellWalk.Facts(command, context.Workspace.Root);
        var confined = context.Sandbox.Missing is null;
        foreach (var part in facts.Commands)
        {
            var demand = Run(part, facts.Hidden && part.Program is null);
            yield return demand;
            foreach (var removed in Removed(part, context.Workspace))
                yield return removed;
            if (!confined && facts.Opaque.Contains(part.Text))
                yield return Somewhere(demand);
        }
        if (facts.Hidden && facts.Commands.All(part => part.Program is not null))
            yield return Run(new ShellCommand(null, command, command), hidden: true);
        if (!confined && facts.Open.Count > 0)
            yield return Somewhere(new Demand(BashTool.ToolName, command) { Hidden = true, Always = command });
        foreach (var demand in Named(facts, context))
            yield return demand;
        if (!confined)
        {
            foreach (var path in WalkedFiles.Of(facts, context))
                yield return Reading(path, context) with { Harmless = true };
        }
    }

    // What nobody may read without asking is kept from a command in a sandbox, unless it was allowed by name.
    private static Demand Reading(string shown, ToolContext context) => new("read", shown)
    {
        Always = GlobPattern.Exactly(shown),
        Reach = context.MayRead(shown) ? null : new OutsidePath($"{context.Workspace.Root}/{shown}", Writable: false),
    };

    private static Demand Run(ShellCommand part, bool hidden) => new(BashTool.ToolName, part.Text)
    {
        Spellings = part.Spellings,
        Forbidding = part.Forbidding,
        Running = part.Running,
        Templates = part.Templates,
        NamedOnly = part.Wraps,
        Harmless = part.Wraps,
        Hidden = hidden,
        Always = hidden ? part.Text : AlwaysPattern(part),
    };

    // Only plain names make a pattern: what a model may have put between them must not widen it.
    private static string AlwaysPattern(ShellCommand part)
    {
        var words = (part.Bare ?? part.Plain).Split(' ');
        if (part.Running.Count > 0 || !PlainName().IsMatch(words[0]))
            return GlobPattern.Exactly(part.Text);
        if (!s_withSubcommands.Contains(words[0]) || words.Length == 1)
            return $"{words[0]} *";
        if (PlainName().IsMatch(words[1]))
            return $"{words[0]} {words[1]} *";
        return part.Templates.Count > 0 ? GlobPattern.Exactly(part.Text) : $"{words[0]} *";
    }

    [GeneratedRegex(@"^\w[\w.:+-]*$")]
    private static partial Regex PlainName();

    private static IEnumerable<Demand> Removed(ShellCommand part, Workspace workspace) => part switch
    {
        { Removal: null } => [],
        { Removed.Count: 0 } => [new Demand(part.Removal, Demand.Unknown) { Harmless = true, Always = Demand.Unknown }],
        _ => part.Removed.Select(path => new Demand(part.Removal, workspace.Shown(path))
        {
            Harmless = true,
            Changes = true,
            Always = GlobPattern.Exactly(workspace.Shown(path)) + (Directory.Exists(path) ? "/**" : ""),
        }),
    };

    private static Demand Somewhere(Demand unless) =>
        new(Demand.ExternalDirectory, Demand.Unknown) { Always = Demand.Unknown, Unless = unless };

    private static IEnumerable<Demand> Named(ShellFacts facts, ToolContext context)
    {
        var named = facts.Paths.Where(path => context.Workspace.Holds(path.Real) || !context.Sandbox.Hides(path.Real)).ToList();
        foreach (
            var path in named.Where(path =>
                !context.Workspace.Holds(path.Real) || (path.Writes && GuardedPaths.Holds(context.Workspace, path.Real))))
            yield return FileDemands.Outside(path.Real, path.Writes);
        foreach (var path in facts.Paths)
        {
            if (context.Workspace.Private.IsKoda(path.Real))
                throw new PathRefusedException(path.Real, "what Koda keeps there is for no agent.");
            if (FileDemands.OfCredential(path.Writes ? "write" : "read", context.Workspace, path.Real, path.Writes) is { } asked)
                yield return asked;
        }
        // Opening a file that may not be read or written is no more allowed because a command does it.
        foreach (var path in named.Where(path => path.Redirected || File.Exists(path.Real)))
        {
            var shown = context.Workspace.Shown(path.Real);
            var writes = path is { Redirected: true, Writes: true };
            yield return writes
                ? new Demand("write", shown) { Changes = true, Always = GlobPattern.Exactly(shown) }
                : Path.IsPathRooted(shown) ? new Demand("read", shown) { Harmless = true, Always = GlobPattern.Exactly(shown) }
                : Reading(shown, context) with { Harmless = true, Changes = path.Writes };
        }
    }
}
