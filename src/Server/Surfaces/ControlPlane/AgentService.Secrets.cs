using Grpc.Core;
using Wire = Koda.Protos.ControlPlane.V1;

namespace Koda.Server.Surfaces.ControlPlane;

/// <summary>Secrets of agents: written, listed by name, never read.</summary>
internal sealed partial class AgentService
{
    public override async Task<Wire.ListAgentSecretsResponse> ListAgentSecrets(Wire.ListAgentSecretsRequest request, ServerCallContext context) =>
        new() { Items = { (await agentSecrets.List(request.AgentId, context.CancellationToken)).Select(AgentViews.From) } };

    public override async Task<Wire.AgentSecret> GetAgentSecret(Wire.GetAgentSecretRequest request, ServerCallContext context) =>
        AgentViews.From(await agentSecrets.Get(request.AgentId, request.SecretKey, context.CancellationToken));

    public override async Task<Wire.AgentSecret> SetAgentSecret(Wire.SetAgentSecretRequest request, ServerCallContext context) =>
        AgentViews.From(await agentSecrets.Write(
            CallerReading.From(context), request.AgentId, request.SecretKey, request.Value, context.CancellationToken));

    public override async Task<Wire.RemovedAgentSecret> RemoveAgentSecret(Wire.RemoveAgentSecretRequest request, ServerCallContext context)
    {
        await agentSecrets.Remove(CallerReading.From(context), request.AgentId, request.SecretKey, context.CancellationToken);
        return new Wire.RemovedAgentSecret { Ok = true };
    }
}
