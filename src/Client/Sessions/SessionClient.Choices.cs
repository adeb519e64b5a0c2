using Koda.Client.Calls;

namespace Koda.Client.Sessions;

public sealed partial class SessionClient
{
    private readonly Code.ModelService.ModelServiceClient _models;
    private readonly Code.AgentService.AgentServiceClient _agents;

    /// <summary>Lists the models that a session can ask.</summary>
    public async Task<IReadOnlyList<Code.Model>> ListModelsAsync(CancellationToken cancellation = default) =>
        (await _calls.RunAsync(o => _models.ListModelsAsync(new(), o), Repeat.WhenSafe, cancellation)).Models;

    /// <summary>Lists the agents that a session can have.</summary>
    public async Task<IReadOnlyList<Code.Agent>> ListAgentsAsync(CancellationToken cancellation = default) =>
        (await _calls.RunAsync(o => _agents.ListAgentsAsync(new(), o), Repeat.WhenSafe, cancellation)).Agents;
}
