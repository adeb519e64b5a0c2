using Koda.Client.Calls;

namespace Koda.Client.Sessions;

public sealed partial class SessionClient
{
    private readonly Code.ModelService.ModelServiceClient _models;
    private readonly Code.AgentService.AgentServiceClient _agents;
    private readonly Code.ConfigService.ConfigServiceClient _config;

    /// <summary>Lists the models that a session can ask.</summary>
    public async Task<IReadOnlyList<Code.Model>> ListModelsAsync(CancellationToken cancellationToken = default) =>
        (await _calls.Run(o => _models.ListModelsAsync(new(), o), Repeat.WhenSafe, cancellationToken)).Models;

    /// <summary>Lists the agents that a session can have.</summary>
    public async Task<IReadOnlyList<Code.Agent>> ListAgentsAsync(CancellationToken cancellationToken = default) =>
        (await _calls.Run(o => _agents.ListAgentsAsync(new(), o), Repeat.WhenSafe, cancellationToken)).Agents;

    /// <summary>Tells how the server is set up: tools, MCP servers, providers.</summary>
    public Task<Code.Config> GetConfigAsync(CancellationToken cancellationToken = default) =>
        _calls.Run(o => _config.GetConfigAsync(new(), o), Repeat.WhenSafe, cancellationToken);

    /// <summary>Has the connected workers read again which MCP servers there are, and start what is new.</summary>
    public Task<Code.RefreshMcpResponse> RefreshMcpAsync(CancellationToken cancellationToken = default) =>
        _calls.Run(o => _config.RefreshMcpAsync(new(), o), Repeat.WhenSafe, cancellationToken);
}
