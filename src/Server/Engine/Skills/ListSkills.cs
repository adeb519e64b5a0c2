using Koda.Protos.Common.V1;

namespace Koda.Server.Engine.Skills;

/// <summary>Which skills to list. Empty parts match every skill.</summary>
internal sealed record SkillFilter(string Tag, string Category, string Text);

internal sealed class ListSkills(SkillCatalog catalog)
{
    /// <summary>Skills by id. Those with faults have no tags and no category, so that only their id is looked at.</summary>
    /// <exception cref="EngineException">INVALID_CURSOR, INVALID_REQUEST.</exception>
    public Page<SkillEntry> Execute(SkillFilter filter, int limit, string? cursor)
    {
        var filters = "skills" + EngineJson.Write(filter);
        var after = ListCursor.Decode(filters, cursor) ?? "";
        var size = Page.Limit(limit);
        var found = catalog
            .List()
            .Where(entry => string.CompareOrdinal(entry.Id, after) > 0 && Matches(entry, filter))
            .Take(size + 1)
            .ToList();
        return Page.Of(found, size, filters, entry => entry.Id);
    }

    /// <summary>The skill of this id, or with this alias.</summary>
    /// <exception cref="EngineException">SKILL_NOT_FOUND.</exception>
    public SkillEntry Get(string id)
    {
        var all = catalog.List();
        return all.FirstOrDefault(entry => Same(entry.Id, id))
            ?? all.FirstOrDefault(entry => entry.Skill?.Aliases.Contains(id, StringComparer.OrdinalIgnoreCase) == true)
            ?? throw new EngineException(ErrorReason.SkillNotFound, $"No skill has the id '{id}'.");
    }

    private static bool Matches(SkillEntry entry, SkillFilter filter) =>
        (filter.Tag.Length == 0 || entry.Skill?.HasTag(filter.Tag) == true)
        && (filter.Category.Length == 0 || (entry.Skill is { } skill && Same(skill.Category, filter.Category)))
        && (filter.Text.Length == 0 || Texts(entry).Any(text => text.Contains(filter.Text, StringComparison.OrdinalIgnoreCase)));

    private static IEnumerable<string> Texts(SkillEntry entry) =>
        entry.Skill is { } skill ? [entry.Id, skill.Name, skill.Description, .. skill.Aliases] : [entry.Id];

    private static bool Same(string one, string other) => string.Equals(one, other, StringComparison.OrdinalIgnoreCase);
}
