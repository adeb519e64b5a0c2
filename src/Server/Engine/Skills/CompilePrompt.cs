using Koda.Protos.Common.V1;
using Koda.Server.Engine.Agents;

namespace Koda.Server.Engine.Skills;

/// <summary>A system prompt with its skills.</summary>
internal sealed record CompiledPrompt(string Text, IReadOnlyList<AttachedSkill> Attached, IReadOnlyList<LeftOutSkill> LeftOut);

/// <summary>Makes the system prompt of a definition for a query.</summary>
internal sealed class CompilePrompt(SkillCatalog catalog)
{
    private const int MaxWorkspaceSkills = 100;

    /// <param name="definition">What the agent is.</param>
    /// <param name="query">What it is asked.</param>
    /// <param name="workspace">The skills' files of the workspace, by name; they are stronger than the server's.</param>
    /// <exception cref="EngineException">INVALID_REQUEST: the workspace has too many.</exception>
    public CompiledPrompt Execute(AgentDefinition definition, string query, IReadOnlyList<(string Name, string Text)> workspace)
    {
        if (workspace.Count > MaxWorkspaceSkills)
            throw new EngineException(ErrorReason.InvalidRequest, $"A workspace has at most {MaxWorkspaceSkills} skills.");
        if (definition.Skills.Count == 0)
            return new CompiledPrompt(definition.SystemPrompt, [], []);
        var entries = catalog.With(workspace.Select(file => SkillParser.Parse(file.Name, file.Text, SkillSource.Workspace)));
        var selection = SkillSelection.Of([.. entries.Select(entry => entry.Skill).OfType<Skill>()], definition.Skills, query);
        return new CompiledPrompt(
            SkillPrompt.Compile(definition.SystemPrompt, selection.Attached),
            selection.Attached,
            [.. selection.LeftOut.Select(left => Explain(left, entries))]);
    }

    private static LeftOutSkill Explain(LeftOutSkill left, IReadOnlyList<SkillEntry> entries) =>
        left.Reason == "not_found" && entries.Any(entry => string.Equals(entry.Id, left.Id, StringComparison.OrdinalIgnoreCase))
            ? left with { Reason = "invalid" }
            : left;
}
