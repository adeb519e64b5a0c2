using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Koda.Protos.Common.V1;
using Koda.Server.Http;
using Koda.Server.Engine;
using Koda.Server.Engine.Agents;
using Wire = Koda.Protos.Code.V1;

namespace Koda.Server.Surfaces.Code;

/// <summary>Lists, reads and changes agents; each change is published at once.</summary>
internal sealed class AgentService(
    ListAgents list,
    GetAgent get,
    CreatePublishedAgent create,
    ApplyAgent apply,
    DeleteAgent delete,
    AgentReading reading) : Wire.AgentService.AgentServiceBase
{
    private const int PageSize = 200;

    public override async Task<Wire.ListAgentsResponse> ListAgents(Wire.ListAgentsRequest request, ServerCallContext context)
    {
        var reply = new Wire.ListAgentsResponse();
        for (string? cursor = null; ;)
        {
            var page = await list.Execute(AgentState.Active, PageSize, cursor, context.CancellationToken);
            reply.Agents.AddRange(page.Items.Select(agent => AgentViews.From(agent.Id, agent.Definition)));
            if (page.NextCursor is null)
                return reply;
            cursor = page.NextCursor;
        }
    }

    public override async Task<Wire.Agent> GetAgent(Wire.GetAgentRequest request, ServerCallContext context) =>
        await Read(request.Id, context);

    public override async Task<Wire.Agent> CreateAgent(Wire.CreateAgentRequest request, ServerCallContext context)
    {
        var given = request.Agent ?? new Wire.Agent();
        if (given.Id.Length == 0)
            throw RpcFault.Invalid([new FieldFault("id", "is required")]);
        var definition = await reading.From(given.Id, given, new AgentDefinition(), context.CancellationToken);
        await create.Execute(CallerReading.From(context), given.Id, definition, context.CancellationToken);
        return await Read(given.Id, context);
    }

    public override async Task<Wire.Agent> UpdateAgent(Wire.UpdateAgentRequest request, ServerCallContext context)
    {
        var given = request.Agent ?? new Wire.Agent();
        if (given.Id.Length > 0 && !given.Id.Equals(request.Id, StringComparison.OrdinalIgnoreCase))
            throw RpcFault.Invalid([new FieldFault("id", "must be that of the path")]);
        RefuseBuiltIn(request.Id);
        var stored = await get.Execute(request.Id, context.CancellationToken);
        var definition = await reading.From(request.Id, given, stored.Definition, context.CancellationToken);
        await apply.Execute(CallerReading.From(context), request.Id, definition, providerApiKey: "", context.CancellationToken);
        return await Read(request.Id, context);
    }

    public override async Task<Empty> DeleteAgent(Wire.DeleteAgentRequest request, ServerCallContext context)
    {
        RefuseBuiltIn(request.Id);
        await get.Execute(request.Id, context.CancellationToken);
        await delete.Execute(CallerReading.From(context), request.Id, context.CancellationToken);
        return new Empty();
    }

    private async Task<Wire.Agent> Read(string id, ServerCallContext context)
    {
        var agent = await get.Execute(id, context.CancellationToken);
        return AgentViews.From(agent.Id, agent.Definition);
    }

    private static void RefuseBuiltIn(string id)
    {
        if (BuiltInAgents.Has(id))
            throw new EngineException(ErrorReason.AgentBuiltIn, $"Agent '{id}' comes with Koda and cannot be changed here.");
    }
}
