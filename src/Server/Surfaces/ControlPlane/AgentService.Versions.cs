using Grpc.Core;
using Koda.Server.Engine.Agents;
using Wire = Koda.Protos.ControlPlane.V1;

namespace Koda.Server.Surfaces.ControlPlane;

/// <summary>What was published, what differs, and the sections of a draft.</summary>
internal sealed partial class AgentService
{
    public override async Task<Wire.ListAgentVersionsResponse> ListAgentVersions(
        Wire.ListAgentVersionsRequest request, ServerCallContext context)
    {
        var page = await agentVersions.List(request.AgentId, request.Limit, request.Cursor, context.CancellationToken);
        var reply = new Wire.ListAgentVersionsResponse { Items = { page.Items.Select(AgentViews.From) } };
        if (page.NextCursor is not null)
            reply.NextCursor = page.NextCursor;
        return reply;
    }

    public override async Task<Wire.AgentVersionDefinition> GetAgentVersion(Wire.GetAgentVersionRequest request, ServerCallContext context)
    {
        var (id, version, definition) = await agentVersions.Get(request.AgentId, request.Version, context.CancellationToken);
        return new Wire.AgentVersionDefinition
        {
            AgentId = id,
            Version = AgentViews.From(version),
            Definition = DefinitionViews.From(definition),
        };
    }

    public override async Task<Wire.AgentDiff> DiffAgent(Wire.DiffAgentRequest request, ServerCallContext context)
    {
        var diff = await agentVersions.Compare(request.AgentId, request.From, request.To, context.CancellationToken);
        var changes = diff.Changes.Select(change => new Wire.AgentFieldChange
        {
            Path = change.Path,
            Before = change.Before,
            After = change.After,
        });
        return new Wire.AgentDiff { AgentId = diff.Id, From = diff.From, To = diff.To, Changes = { changes } };
    }

    public override async Task<Wire.CompiledAgentPrompt> CompileAgentPrompt(
        Wire.CompileAgentPromptRequest request, ServerCallContext context)
    {
        var version = request.Version.Length == 0 ? AgentVersions.Draft : request.Version;
        var (id, definition) = await agentVersions.Named(request.AgentId, version, nameof(version), context.CancellationToken);
        var compiled = compilePrompt.Execute(definition, request.Query, workspace: []);
        return new Wire.CompiledAgentPrompt
        {
            AgentId = id,
            Version = version,
            Prompt = compiled.Text,
            Skills = { compiled.Attached.Select(attached => attached.Skill.Id) },
            LeftOut = { compiled.LeftOut.Select(left => new Wire.LeftOutSkill { Id = left.Id, Reason = left.Reason }) },
        };
    }

    public override async Task<Wire.AgentSection> GetAgentSection(Wire.GetAgentSectionRequest request, ServerCallContext context)
    {
        SectionContent.Require(request.Section);
        return Section(await describeAgent.Execute(request.AgentId, context.CancellationToken), request.Section);
    }

    public override async Task<Wire.AgentSection> ReplaceAgentSection(Wire.ReplaceAgentSectionRequest request, ServerCallContext context)
    {
        var edit = SectionContent.Replace(request.AgentId, request.Section, request.Content);
        return Section(
            await editAgent.Execute(request.AgentId, EtagReading.From(request.Etag, context), edit, context.CancellationToken),
            request.Section);
    }

    private static Wire.AgentSection Section(AgentDetails details, string section) => new()
    {
        AgentId = details.Agent.Id,
        Section = section,
        Content = SectionContent.Write(section, DefinitionViews.From(details.Agent.Draft)),
        Etag = details.Agent.Etag,
    };
}
