using Koda.Server.Engine.Attempts;
using Koda.Server.Engine.Providers;
using Wire = Koda.Protos.Worker.V1;

namespace Koda.Server.Surfaces.Worker;

/// <summary>The worker protocol's view of providers.</summary>
internal static class ProviderViews
{
    public static Wire.ProviderCredential From(AttemptProvider provider) => new()
    {
        Kind = provider.Access.Kind,
        BaseUrl = provider.Access.BaseUrl,
        ApiKey = provider.Access.ApiKey,
        Options = provider.Options,
        // The list of public prices comes with the worker.
        Prices = { provider.Models.Where(model => model.PriceSource == "provider").Select(From).OfType<Wire.ModelPrice>() },
        Closed = provider.Closed,
    };

    // What a provider does not price apart costs what other input does.
    private static Wire.ModelPrice? From(ModelFacts model) =>
        model is not { InputMicros: { } input, OutputMicros: { } output }
            ? null
            : new Wire.ModelPrice
            {
                Model = model.Id,
                InputMicros = input,
                OutputMicros = output,
                CachedInputMicros = model.CachedInputMicros ?? input,
                CacheWriteMicros = model.CacheWriteMicros ?? input,
            };
}
