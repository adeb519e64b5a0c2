using Grpc.Core;
using Koda.Client.Calls;
using Koda.Protos.ControlPlane.V1;

namespace Koda.Client.Agents;

/// <summary>Reads and configures agents.</summary>
public sealed partial class AgentClient
{
    private readonly CallRunner _calls;
    private readonly Runtime.AgentService.AgentServiceClient _runtime;
    private readonly AgentService.AgentServiceClient _controlPlane;

    internal AgentClient(CallInvoker invoker, CallRunner calls)
    {
        _calls = calls;
        _runtime = new(invoker);
        _controlPlane = new(invoker);
    }

    /// <summary>Lists the agents by id, reading further pages as they are needed.</summary>
    public IAsyncEnumerable<Runtime.Agent> ListAsync(Runtime.AgentState state = default, CancellationToken cancellationToken = default) =>
        Pages.Read(
            (cursor, c) => _calls.Run(o => _runtime.ListAgentsAsync(new() { State = state, Cursor = cursor }, o), Repeat.WhenSafe, c),
            page => page.Items,
            page => page.NextCursor,
            cancellationToken);

    /// <summary>Reads an agent.</summary>
    public Task<Runtime.Agent> GetAsync(string agentId, CancellationToken cancellationToken = default) =>
        _calls.Run(o => _runtime.GetAgentAsync(new() { AgentId = agentId }, o), Repeat.WhenSafe, cancellationToken);

    /// <summary>Creates an agent, or replaces its definition, and publishes it. The same definition again changes nothing.</summary>
    public Task<AppliedAgent> ApplyAsync(string agentId, AgentDefinition definition, CancellationToken cancellationToken = default) =>
        _calls.Run(
            o => _controlPlane.ApplyAgentAsync(new() { AgentId = agentId, Definition = definition }, o),
            Repeat.WhenSafe,
            cancellationToken);
}
