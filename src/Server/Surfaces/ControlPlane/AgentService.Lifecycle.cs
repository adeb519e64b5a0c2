using Grpc.Core;
using Koda.Server.Engine.Agents;
using Wire = Koda.Protos.ControlPlane.V1;

namespace Koda.Server.Surfaces.ControlPlane;

/// <summary>Publishing, and what moves an agent from state to state.</summary>
internal sealed partial class AgentService
{
    public override async Task<Wire.AgentPublication> PublishAgent(Wire.PublishAgentRequest request, ServerCallContext context) =>
        AgentViews.From(await publishAgent.Execute(
            CallerReading.From(context), request.AgentId, EtagReading.From(request.Etag, context), context.CancellationToken));

    public override async Task<Wire.AgentPublication> RollBackAgent(Wire.RollBackAgentRequest request, ServerCallContext context) =>
        AgentViews.From(
            await rollBackAgent.Execute(CallerReading.From(context), request.AgentId, request.Version, context.CancellationToken));

    public override Task<Wire.AgentConfiguration> ActivateAgent(Wire.ActivateAgentRequest request, ServerCallContext context) =>
        Change(request.AgentId, request is { HasActive: true, Active: false } ? AgentTrigger.Pause : AgentTrigger.Activate, context);

    public override Task<Wire.AgentConfiguration> PauseAgent(Wire.PauseAgentRequest request, ServerCallContext context) =>
        Change(request.AgentId, AgentTrigger.Pause, context);

    public override Task<Wire.AgentConfiguration> ArchiveAgent(Wire.ArchiveAgentRequest request, ServerCallContext context) =>
        Change(request.AgentId, AgentTrigger.Archive, context);

    private async Task<Wire.AgentConfiguration> Change(string id, AgentTrigger trigger, ServerCallContext context) =>
        AgentViews.From(await changeAgentState.Execute(CallerReading.From(context), id, trigger, context.CancellationToken));
}
