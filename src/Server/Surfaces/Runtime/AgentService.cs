using Grpc.Core;
using Koda.Server.Engine.Agents;
using Wire = Koda.Protos.Runtime.V1;

namespace Koda.Server.Surfaces.Runtime;

/// <summary>Shows the agents that can be given work.</summary>
internal sealed class AgentService(ListAgents listAgents, GetAgent getAgent) : Wire.AgentService.AgentServiceBase
{
    public override async Task<Wire.ListAgentsResponse> ListAgents(Wire.ListAgentsRequest request, ServerCallContext context)
    {
        var page = await listAgents.Execute(AgentViews.Filter(request.State), request.Limit, request.Cursor, context.CancellationToken);
        var reply = new Wire.ListAgentsResponse { Items = { page.Items.Select(AgentViews.From) } };
        if (page.NextCursor is not null)
            reply.NextCursor = page.NextCursor;
        return reply;
    }

    public override async Task<Wire.Agent> GetAgent(Wire.GetAgentRequest request, ServerCallContext context) =>
        AgentViews.From(await getAgent.Execute(request.AgentId, context.CancellationToken));
}
