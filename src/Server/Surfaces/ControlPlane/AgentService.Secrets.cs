using Grpc.Core;
using Koda.Server.Engine;
using Wire = Koda.Protos.ControlPlane.V1;

namespace Koda.Server.Surfaces.ControlPlane;

/// <summary>Secrets of agents: written, listed by name, never read.</summary>
internal sealed partial class AgentService
{
    public override async Task<Wire.ListAgentSecretsResponse> ListAgentSecrets(
        Wire.ListAgentSecretsRequest request, ServerCallContext context)
    {
        var all = await agentSecrets.List(request.AgentId, context.CancellationToken);
        var page = Page.Slice(all, "agent-secrets", request.Limit, request.Cursor, secret => secret.Name);
        var reply = new Wire.ListAgentSecretsResponse { Items = { page.Items.Select(AgentViews.From) } };
        if (page.NextCursor is not null)
            reply.NextCursor = page.NextCursor;
        return reply;
    }

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
