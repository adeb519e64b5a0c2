using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Koda.Server.Engine.Agents;
using Wire = Koda.Protos.ControlPlane.V1;

namespace Koda.Server.Surfaces.ControlPlane;

/// <summary>Defines agents.</summary>
internal sealed class AgentService(ApplyAgent applyAgent) : Wire.AgentService.AgentServiceBase
{
    public override async Task<Wire.AppliedAgent> ApplyAgent(Wire.ApplyAgentRequest request, ServerCallContext context)
    {
        var definition = request.Definition ?? new Wire.AgentDefinition();
        var applied = await applyAgent.Execute(
            request.AgentId, DefinitionReading.From(definition), definition.Provider?.ApiKey ?? "", context.CancellationToken);
        return new Wire.AppliedAgent
        {
            Id = applied.Id,
            Version = applied.Version,
            Changed = applied.Changed,
            PublishedAt = Timestamp.FromDateTimeOffset(applied.PublishedAt),
        };
    }
}
