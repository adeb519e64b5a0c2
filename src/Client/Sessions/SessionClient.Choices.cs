using Koda.Client.Calls;

namespace Koda.Client.Sessions;

public sealed partial class SessionClient
{
    private readonly Code.ModelService.ModelServiceClient _models;
    private readonly Code.AgentService.AgentServiceClient _agents;
    private readonly Code.ConfigService.ConfigServiceClient _config;

    /// <summary>Lists the models that a session can ask.</summary>
    public async Task<IReadOnlyList<Code.Model>> ListModelsAsync(CancellationToken cancellation = default) =>
        (await _calls.RunAsync(o => _models.ListModelsAsync(new(), o), Repeat.WhenSafe, cancellation)).Models;

    /// <summary>Lists the agents that a session can have.</summary>
    public async Task<IReadOnlyList<Code.Agent>> ListAgentsAsync(CancellationToken cancellation = default) =>
        (await _calls.RunAsync(o => _agents.ListAgentsAsync(new(), o), Repeat.WhenSafe, cancellation)).Agents;

    /// <summary>Tells how the server is set up: tools, MCP servers, providers.</summary>
    public Task<Code.Config> GetConfigAsync(CancellationToken cancellation = default) =>
        _calls.RunAsync(o => _config.GetConfigAsync(new(), o), Repeat.WhenSafe, cancellation);

    /// <summary>Has the connected workers read again which MCP servers there are, and start what is new.</summary>
    public Task<Code.RefreshMcpResponse> RefreshMcpAsync(CancellationToken cancellation = default) =>
        _calls.RunAsync(o => _config.RefreshMcpAsync(new(), o), Repeat.WhenSafe, cancellation);
}
