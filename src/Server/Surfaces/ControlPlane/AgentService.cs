using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Koda.Server.Engine.Agents;
using Koda.Server.Engine.Skills;
using Wire = Koda.Protos.ControlPlane.V1;

namespace Koda.Server.Surfaces.ControlPlane;

/// <summary>Defines, publishes and steers agents.</summary>
internal sealed partial class AgentService(
    ApplyAgent applyAgent,
    ListConfigurations listConfigurations,
    DescribeAgent describeAgent,
    CreateAgent createAgent,
    EditAgent editAgent,
    DeleteAgent deleteAgent,
    CloneAgent cloneAgent,
    CheckAgent checkAgent,
    PublishAgent publishAgent,
    RollBackAgent rollBackAgent,
    ChangeAgentState changeAgentState,
    AgentVersions agentVersions,
    AgentSecrets agentSecrets,
    CompilePrompt compilePrompt) : Wire.AgentService.AgentServiceBase
{
    public override async Task<Wire.ListAgentsResponse> ListAgents(Wire.ListAgentsRequest request, ServerCallContext context)
    {
        var page = await listConfigurations.Execute(
            AgentViews.Filter(request.State), request.Q, request.Limit, request.Cursor, context.CancellationToken);
        var reply = new Wire.ListAgentsResponse { Items = { page.Items.Select(AgentViews.Summary) } };
        if (page.NextCursor is not null)
            reply.NextCursor = page.NextCursor;
        return reply;
    }

    public override Task<Wire.AgentConfiguration> CreateAgent(Wire.CreateAgentRequest request, ServerCallContext context)
    {
        var given = request.Definition ?? new Wire.AgentDefinition();
        var draft = new DraftEdit(DefinitionReading.From(request.AgentId, given), given.Provider?.ApiKey ?? "");
        return OnceReply.Of<AgentDetails, Wire.AgentConfiguration>(request, context, AgentViews.From, (key, encode) =>
            createAgent.Execute(CallerReading.From(context), request.AgentId, draft, key, encode, context.CancellationToken));
    }

    public override Task<Wire.AgentConfiguration> CloneAgent(Wire.CloneAgentRequest request, ServerCallContext context) =>
        OnceReply.Of<AgentDetails, Wire.AgentConfiguration>(
            request, context, AgentViews.From,
            (key, encode) => cloneAgent.Execute(
                CallerReading.From(context), request.SourceId, request.AgentId, request.Name, key, encode, context.CancellationToken));

    public override async Task<Wire.AgentConfiguration> GetAgent(Wire.GetAgentRequest request, ServerCallContext context) =>
        AgentViews.From(await describeAgent.Execute(request.AgentId, context.CancellationToken));

    public override async Task<Wire.AgentConfiguration> EditAgent(Wire.EditAgentRequest request, ServerCallContext context)
    {
        var edit = DraftMerge.Of(request.AgentId, request.Definition ?? new Wire.AgentDefinition(), request.UpdateMask);
        return AgentViews.From(
            await editAgent.Execute(request.AgentId, EtagReading.From(request.Etag, context), edit, context.CancellationToken));
    }

    public override async Task<Wire.AgentChecks> CheckAgent(Wire.CheckAgentRequest request, ServerCallContext context) =>
        AgentViews.From(await checkAgent.Execute(request.AgentId, context.CancellationToken));

    public override async Task<Wire.DeletedAgent> DeleteAgent(Wire.DeleteAgentRequest request, ServerCallContext context)
    {
        await deleteAgent.Execute(CallerReading.From(context), request.AgentId, context.CancellationToken);
        return new Wire.DeletedAgent { Ok = true };
    }

    public override async Task<Wire.AppliedAgent> ApplyAgent(Wire.ApplyAgentRequest request, ServerCallContext context)
    {
        var definition = request.Definition ?? new Wire.AgentDefinition();
        var applied = await applyAgent.Execute(
            CallerReading.From(context),
            request.AgentId,
            DefinitionReading.From(request.AgentId, definition),
            definition.Provider?.ApiKey ?? "",
            context.CancellationToken);
        return new Wire.AppliedAgent
        {
            Id = applied.Id,
            Version = applied.Version,
            Changed = applied.Changed,
            PublishedAt = Timestamp.FromDateTimeOffset(applied.PublishedAt),
        };
    }
}
