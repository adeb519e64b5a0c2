using Google.Protobuf.WellKnownTypes;
using Koda.Client.Calls;
using Koda.Protos.ControlPlane.V1;

namespace Koda.Client.Agents;

/// <summary>Configures agents: drafts, versions and states.</summary>
public sealed partial class AgentClient
{
    /// <summary>Lists the agents with their drafts by id, reading further pages as they are needed.</summary>
    public IAsyncEnumerable<AgentSummary> ListConfigurationsAsync(
        AgentLifecycle state = default, string text = "", CancellationToken cancellationToken = default) =>
        Pages.Read(
            (cursor, c) =>
                _calls.Run(
                    o =>
                        _controlPlane.ListAgentsAsync(
                            new()
                            {
                                State = state,
                                Q = text,
                                Cursor = cursor,
                            },
                            o),
                    Repeat.WhenSafe,
                    c),
            page => page.Items,
            page => page.NextCursor,
            cancellationToken);

    /// <summary>Reads an agent's draft with what is published of it.</summary>
    public Task<AgentConfiguration> GetConfigurationAsync(string agentId, CancellationToken cancellationToken = default) =>
        _calls.Run(o => _controlPlane.GetAgentAsync(new() { AgentId = agentId }, o), Repeat.WhenSafe, cancellationToken);

    /// <summary>Creates a draft.</summary>
    public Task<AgentConfiguration> CreateAsync(
        string agentId, AgentDefinition definition, CancellationToken cancellationToken = default) =>
        _calls.Run(
            o => _controlPlane.CreateAgentAsync(new() { AgentId = agentId, Definition = definition }, o), Repeat.Never, cancellationToken);

    /// <summary>Changes fields of a draft.</summary>
    /// <param name="agentId">The agent.</param>
    /// <param name="definition">The new values.</param>
    /// <param name="mask">Which of them are changed. Null: those that are set.</param>
    /// <param name="etag">The draft that was read. Empty: no condition.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<AgentConfiguration> EditAsync(
        string agentId,
        AgentDefinition definition,
        FieldMask? mask = null,
        string etag = "",
        CancellationToken cancellationToken = default) =>
        _calls.Run(
            o => _controlPlane.EditAgentAsync(new() { AgentId = agentId, Definition = definition, UpdateMask = mask, Etag = etag }, o),
            etag.Length == 0 ? Repeat.WhenSafe : Repeat.Never,
            cancellationToken);

    /// <summary>Deletes an agent.</summary>
    public Task<DeletedAgent> DeleteAsync(string agentId, CancellationToken cancellationToken = default) =>
        _calls.Run(o => _controlPlane.DeleteAgentAsync(new() { AgentId = agentId }, o), Repeat.WhenSafe, cancellationToken);

    /// <summary>Creates a draft that is like another agent's.</summary>
    public Task<AgentConfiguration> CloneAsync(
        string sourceId, string agentId, string name = "", CancellationToken cancellationToken = default) =>
        _calls.Run(
            o =>
                _controlPlane.CloneAgentAsync(
                    new()
                    {
                        SourceId = sourceId,
                        AgentId = agentId,
                        Name = name,
                    },
                    o),
            Repeat.Never,
            cancellationToken);

    /// <summary>Says everything that is wrong with a draft.</summary>
    public Task<AgentChecks> CheckAsync(string agentId, CancellationToken cancellationToken = default) =>
        _calls.Run(o => _controlPlane.CheckAgentAsync(new() { AgentId = agentId }, o), Repeat.WhenSafe, cancellationToken);

    /// <summary>Publishes the draft.</summary>
    public Task<AgentPublication> PublishAsync(string agentId, string etag = "", CancellationToken cancellationToken = default) =>
        _calls.Run(o => _controlPlane.PublishAgentAsync(new() { AgentId = agentId, Etag = etag }, o), Repeat.WhenSafe, cancellationToken);

    /// <summary>Lets a published agent take work.</summary>
    public Task<AgentConfiguration> ActivateAsync(string agentId, CancellationToken cancellationToken = default) =>
        _calls.Run(o => _controlPlane.ActivateAgentAsync(new() { AgentId = agentId }, o), Repeat.WhenSafe, cancellationToken);

    /// <summary>Lets a published agent take no work for now.</summary>
    public Task<AgentConfiguration> PauseAsync(string agentId, CancellationToken cancellationToken = default) =>
        _calls.Run(o => _controlPlane.PauseAgentAsync(new() { AgentId = agentId }, o), Repeat.WhenSafe, cancellationToken);

    /// <summary>Puts a published agent away.</summary>
    public Task<AgentConfiguration> ArchiveAsync(string agentId, CancellationToken cancellationToken = default) =>
        _calls.Run(o => _controlPlane.ArchiveAgentAsync(new() { AgentId = agentId }, o), Repeat.WhenSafe, cancellationToken);

    /// <summary>Lists the published versions, newest first.</summary>
    public IAsyncEnumerable<AgentVersion> ListVersionsAsync(string agentId, CancellationToken cancellationToken = default) =>
        Pages.Read(
            (cursor, c) =>
                _calls.Run(
                    o => _controlPlane.ListAgentVersionsAsync(new() { AgentId = agentId, Cursor = cursor }, o),
                    Repeat.WhenSafe,
                    c),
            page => page.Items,
            page => page.NextCursor,
            cancellationToken);

    /// <summary>Compares two versions: numbers, <c>published</c> or <c>draft</c>.</summary>
    public Task<AgentDiff> DiffAsync(string agentId, string from = "", string to = "", CancellationToken cancellationToken = default) =>
        _calls.Run(
            o =>
                _controlPlane.DiffAgentAsync(
                    new()
                    {
                        AgentId = agentId,
                        From = from,
                        To = to,
                    },
                    o),
            Repeat.WhenSafe,
            cancellationToken);

    /// <summary>Publishes an older version's definition as a new version.</summary>
    public Task<AgentPublication> RollBackAsync(string agentId, int version, CancellationToken cancellationToken = default) =>
        _calls.Run(
            o => _controlPlane.RollBackAgentAsync(new() { AgentId = agentId, Version = version }, o), Repeat.Never, cancellationToken);

    /// <summary>Lists the names of an agent's secrets, 200 at most.</summary>
    public Task<ListAgentSecretsResponse> ListSecretsAsync(string agentId, CancellationToken cancellationToken = default) =>
        _calls.Run(
            o => _controlPlane.ListAgentSecretsAsync(new() { AgentId = agentId, Limit = 200 }, o), Repeat.WhenSafe, cancellationToken);

    /// <summary>Stores a secret, or replaces it.</summary>
    public Task<AgentSecret> SetSecretAsync(string agentId, string name, string value, CancellationToken cancellationToken = default) =>
        _calls.Run(
            o =>
                _controlPlane.SetAgentSecretAsync(
                    new()
                    {
                        AgentId = agentId,
                        SecretKey = name,
                        Value = value,
                    },
                    o),
            Repeat.WhenSafe,
            cancellationToken);

    /// <summary>Removes a secret.</summary>
    public Task<RemovedAgentSecret> RemoveSecretAsync(string agentId, string name, CancellationToken cancellationToken = default) =>
        _calls.Run(
            o => _controlPlane.RemoveAgentSecretAsync(new() { AgentId = agentId, SecretKey = name }, o), Repeat.Never, cancellationToken);
}
