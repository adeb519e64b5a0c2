using System.Text.Json.Nodes;
using Grpc.Core;
using Koda.Protos.Worker.V1;
using Koda.Worker.Providers;
using Koda.Worker.Providers.Learning;
using Koda.Worker.Session;
using Polly;
using ModelPrice = Koda.Providers.ModelPrice;

namespace Koda.Worker.Loop;

/// <summary>Opens the provider connections of an attempt.</summary>
/// <param name="calls">The server.</param>
/// <param name="patience">Waits for a server that is away.</param>
/// <param name="learnt">What is known of models.</param>
internal sealed class AttemptProviders(WorkerCalls calls, ResiliencePipeline patience, LearntTraits learnt)
{
    private const string OfflineProvider = "offline";

    /// <summary>The attempt's own connection, and its key.</summary>
    /// <exception cref="ProviderException">Its settings are not usable.</exception>
    public async Task<(IModelProvider Provider, string Secret)> Own(Assignment assignment, CancellationToken cancellationToken)
    {
        var credential = assignment.Agent.ProviderKind == OfflineProvider
            ? new ProviderCredential { Kind = OfflineProvider }
            : await Credential(new GetProviderCredentialRequest { Attempt = assignment.Attempt }, cancellationToken);
        return (Create(credential, Options(assignment.Agent.ProviderOptions)), credential.ApiKey);
    }

    /// <summary>The same with the connections of the turn's fallbacks. What is learnt of them is redacted from then on.</summary>
    public IModelProvider WithFallbacks(IModelProvider own, Assignment assignment, Redactor redactor) =>
        assignment.Turn?.Fallbacks.Any(fallback => fallback.Connection.Length > 0) != true ? own
        : new RoutedProvider(assignment, own, (fallback, cancellationToken) => Open(assignment, fallback, redactor, cancellationToken));

    private async Task<OpenedFallback> Open(
        Assignment assignment, FallbackModel fallback, Redactor redactor, CancellationToken cancellationToken)
    {
        ProviderCredential credential;
        try
        {
            var request = new GetProviderCredentialRequest
            {
                Attempt = assignment.Attempt,
                Connection = fallback.Connection,
                Model = fallback.Model,
            };
            credential = await Credential(request, cancellationToken);
        }
        catch (RpcException error) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ProviderException(ProviderErrorCode.CredentialInvalid, error.Status.Detail, retryable: false, innerException: error);
        }
        redactor.Learn(credential.ApiKey);
        if (credential.Closed.Length > 0)
            throw new ProviderException(ProviderErrorCode.RateLimited, credential.Closed, retryable: false);
        var options = Options(credential.Options);
        return new OpenedFallback(Create(credential, options), options);
    }

    private async Task<ProviderCredential> Credential(GetProviderCredentialRequest request, CancellationToken cancellationToken) =>
        await patience.ExecuteAsync(async token => await calls.GetProviderCredential(request, token), cancellationToken);

    private IModelProvider Create(ProviderCredential credential, JsonObject? options)
    {
        var address = credential.BaseUrl.Length == 0 ? null : new Uri(credential.BaseUrl);
        var key = credential.ApiKey.Length == 0 ? null : credential.ApiKey;
        var own = credential.Prices.Select(price => new ModelPrice(
            price.Model, price.InputMicros, price.OutputMicros, price.CachedInputMicros, price.CacheWriteMicros));
        return ProviderFactory.Create(credential.Kind, address, key, options, prices: PriceTable.Known.With(own), learnt: learnt);
    }

    private static JsonObject? Options(string options) => options.Length == 0 ? null : JsonNode.Parse(options)?.AsObject();
}
