using Koda.Server.Engine;
using Koda.Server.Engine.Skills;
using Wire = Koda.Protos.Worker.V1;

namespace Koda.Server.Surfaces.Worker;

/// <summary>The worker protocol's view of prompts.</summary>
internal static class PromptViews
{
    public static Wire.CompiledPrompt From(CompiledPrompt prompt) => new()
    {
        SystemPrompt = prompt.Text,
        Attached = { prompt.Attached.Select(From) },
        LeftOut = { prompt.LeftOut.Select(left => new Wire.LeftOutSkill { Id = left.Id, Reason = left.Reason }) },
    };

    private static Wire.AttachedSkill From(AttachedSkill attached) => new()
    {
        Id = attached.Skill.Id,
        Version = attached.Skill.Version,
        Source = EnumText<SkillSource>.Of(attached.Skill.Source),
        Digest = attached.Skill.Digest,
        Reason = attached.Reason,
    };
}
