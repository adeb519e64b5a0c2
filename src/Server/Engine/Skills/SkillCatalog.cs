using System.Reflection;

namespace Koda.Server.Engine.Skills;

/// <summary>What there is under an id: the skill that is attached, if any file gives one, and the faults of the others.</summary>
internal sealed record SkillEntry(string Id, Skill? Skill, IReadOnlyList<SkillProblem> Problems);

/// <summary>
/// The skills that this server has: the built-in ones, and the files in its data folder. The folder is looked at whenever skills are asked
/// for, and read anew when a name, a size or a time has changed: so an edit counts at once, and no watcher can miss it.
/// </summary>
internal sealed class SkillCatalog(SkillFolder folder)
{
    private static readonly Lazy<IReadOnlyList<SkillFile>> s_builtIn = new(ReadBuiltIn);

    /// <summary>Every id, with faults or without.</summary>
    public IReadOnlyList<SkillEntry> List() => Merge(s_builtIn.Value.Concat(folder.Read()));

    /// <summary>The skills that can be attached, those of a workspace before the server's.</summary>
    public IReadOnlyList<SkillEntry> With(IEnumerable<SkillFile> workspace) =>
        Merge(s_builtIn.Value.Concat(folder.Read()).Concat(workspace));

    private static IReadOnlyList<SkillEntry> Merge(IEnumerable<SkillFile> files) =>
    [
        .. files.GroupBy(file => file.Id, StringComparer.OrdinalIgnoreCase)
            .Select(group => new SkillEntry(
                group.Last().Id, group.LastOrDefault(file => file.Skill is not null)?.Skill, [.. group.SelectMany(file => file.Problems)]))
            .OrderBy(entry => entry.Id, StringComparer.Ordinal),
    ];

    private static IReadOnlyList<SkillFile> ReadBuiltIn()
    {
        const string prefix = "skills/";
        var assembly = Assembly.GetExecutingAssembly();
        return
        [
            .. assembly.GetManifestResourceNames().Where(name => name.StartsWith(prefix, StringComparison.Ordinal)).Select(name =>
            {
                using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
                return SkillParser.Parse(name[prefix.Length..], reader.ReadToEnd(), SkillSource.BuiltIn);
            }),
        ];
    }
}
