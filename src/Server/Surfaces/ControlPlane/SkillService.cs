using Grpc.Core;
using Koda.Server.Engine;
using Koda.Server.Engine.Skills;
using Wire = Koda.Protos.ControlPlane.V1;

namespace Koda.Server.Surfaces.ControlPlane;

/// <summary>Shows the skills.</summary>
internal sealed class SkillService(ListSkills skills) : Wire.SkillService.SkillServiceBase
{
    public override Task<Wire.ListSkillsResponse> ListSkills(Wire.ListSkillsRequest request, ServerCallContext context)
    {
        var page = skills.Execute(new SkillFilter(request.Tag, request.Category, request.Q), request.Limit, request.Cursor);
        var reply = new Wire.ListSkillsResponse { Items = { page.Items.Select(View) } };
        if (page.NextCursor is not null)
            reply.NextCursor = page.NextCursor;
        return Task.FromResult(reply);
    }

    public override Task<Wire.SkillDetails> GetSkill(Wire.GetSkillRequest request, ServerCallContext context)
    {
        var entry = skills.Get(request.SkillId);
        var details = new Wire.SkillDetails { Skill = View(entry), FrontMatter = "{}" };
        if (entry.Skill is { } skill)
        {
            details.FrontMatter = skill.FrontMatter;
            details.Instruction = skill.Instruction;
            details.Body = skill.Body;
            details.OutputFormatEnforcement = skill.OutputFormat;
        }
        return Task.FromResult(details);
    }

    private static Wire.Skill View(SkillEntry entry)
    {
        var view = entry.Skill is { } skill
            ? View(skill)
            : new Wire.Skill { Name = entry.Id, Source = EnumText<SkillSource>.Of(SkillSource.Data) };
        view.Id = entry.Id;
        view.Problems.AddRange(
            entry.Problems.Select(problem => new Wire.SkillProblem
            {
                File = problem.File,
                Path = problem.Path,
                Message = problem.Message,
            }));
        return view;
    }

    private static Wire.Skill View(Skill skill) => new()
    {
        Name = skill.Name,
        Description = skill.Description,
        Aliases = { skill.Aliases },
        Category = skill.Category,
        Tags = { skill.Tags },
        Version = skill.Version,
        Triggers = { skill.Triggers.Select(trigger => trigger.Pattern) },
        Priority = skill.Priority,
        MaxTokens = skill.MaxTokens,
        Requires = { skill.Requires },
        Conflicts = { skill.Conflicts },
        Source = EnumText<SkillSource>.Of(skill.Source),
        Valid = true,
    };
}
