using Grpc.Core;
using Koda.Client.Calls;
using Koda.Protos.ControlPlane.V1;

namespace Koda.Client.Providers;

/// <summary>Connects model providers, and lists their models.</summary>
public sealed class ProviderClient
{
    private readonly CallRunner _calls;
    private readonly ProviderService.ProviderServiceClient _providers;

    internal ProviderClient(CallInvoker invoker, CallRunner calls)
    {
        _calls = calls;
        _providers = new(invoker);
    }

    /// <summary>Every provider, connected or not, and every connection of your own.</summary>
    public async Task<IReadOnlyList<ProviderConnection>> ListAsync(CancellationToken cancellationToken = default) =>
        await Pages
            .Read(
                (cursor, c) =>
                    _calls.Run(o => _providers.ListProvidersAsync(new() { Cursor = cursor, Limit = 200 }, o), Repeat.WhenSafe, c),
                page => page.Items,
                page => page.NextCursor,
                cancellationToken)
            .ToListAsync(cancellationToken);

    /// <summary>Reads a provider's connection.</summary>
    public Task<ProviderConnection> GetAsync(string providerId, CancellationToken cancellationToken = default) =>
        _calls.Run(o => _providers.GetProviderConnectionAsync(new() { ProviderId = providerId }, o), Repeat.WhenSafe, cancellationToken);

    /// <summary>Saves a connection with an API key.</summary>
    public Task<ProviderConnection> SaveApiKeyAsync(SaveApiKeyRequest request, CancellationToken cancellationToken = default) =>
        _calls.Run(o => _providers.SaveApiKeyAsync(request, o), Repeat.WhenSafe, cancellationToken);

    /// <summary>Saves a connection to an endpoint of the own machine or network.</summary>
    public Task<ProviderConnection> SaveLocalEndpointAsync(
        SaveLocalEndpointRequest request, CancellationToken cancellationToken = default) =>
        _calls.Run(o => _providers.SaveLocalEndpointAsync(request, o), Repeat.WhenSafe, cancellationToken);

    /// <summary>Tries a connection. One that does not work is no error: the verification says why.</summary>
    /// <param name="providerId">The provider's id or alias.</param>
    /// <param name="model">A model that has to answer too. Empty: none.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<VerifiedConnection> VerifyAsync(string providerId, string model = "", CancellationToken cancellationToken = default) =>
        _calls.Run(
            o => _providers.VerifyProviderConnectionAsync(new() { ProviderId = providerId, Model = model }, o),
            Repeat.Never,
            cancellationToken);

    /// <summary>Removes a connection and its key.</summary>
    public Task<ProviderConnection> DisconnectAsync(string providerId, CancellationToken cancellationToken = default) =>
        _calls.Run(o => _providers.DisconnectProviderAsync(new() { ProviderId = providerId }, o), Repeat.WhenSafe, cancellationToken);

    /// <summary>
    /// Sets how many tasks may use a connection, and single models of it, at once, in place of the limits before. 0: no limit.
    /// </summary>
    public Task<ProviderConnection> SetLimitsAsync(
        string providerId, int maxConcurrentTasks, IEnumerable<ModelLimit>? models = null, CancellationToken cancellationToken = default)
    {
        var request = new SetProviderLimitsRequest
        {
            ProviderId = providerId,
            MaxConcurrentTasks = maxConcurrentTasks,
            Models = { models ?? [] },
        };
        return _calls.Run(o => _providers.SetProviderLimitsAsync(request, o), Repeat.WhenSafe, cancellationToken);
    }

    /// <summary>The models of all connections, or of one, as their providers last gave them.</summary>
    public IAsyncEnumerable<Model> ListModelsAsync(string providerId = "", CancellationToken cancellationToken = default) =>
        Pages.Read(
            (cursor, c) =>
                _calls.Run(
                    o =>
                        _providers.ListModelsAsync(
                            new()
                            {
                                ProviderId = providerId,
                                Cursor = cursor,
                                Limit = 200,
                            },
                            o),
                    Repeat.WhenSafe,
                    c),
            page => page.Items,
            page => page.NextCursor,
            cancellationToken);

    /// <summary>Asks a provider for its models now.</summary>
    public Task<RefreshedModels> RefreshModelsAsync(string providerId, CancellationToken cancellationToken = default) =>
        _calls.Run(o => _providers.RefreshProviderModelsAsync(new() { ProviderId = providerId }, o), Repeat.Never, cancellationToken);
}
