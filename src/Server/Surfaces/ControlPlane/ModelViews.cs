using Koda.Server.Engine;
using Koda.Server.Engine.Providers;
using Wire = Koda.Protos.ControlPlane.V1;

namespace Koda.Server.Surfaces.ControlPlane;

/// <summary>The control plane's view of models.</summary>
internal static class ModelViews
{
    public static Wire.ListModelsResponse From(Page<KnownModel> page)
    {
        var reply = new Wire.ListModelsResponse { Items = { page.Items.Select(From) } };
        if (page.NextCursor is not null)
            reply.NextCursor = page.NextCursor;
        return reply;
    }

    private static Wire.Model From(KnownModel model)
    {
        var facts = model.Facts;
        var view = new Wire.Model
        {
            Id = facts.Id,
            ProviderId = model.ProviderId,
            Title = facts.Title,
            Prices = Prices(facts),
            Abilities = Abilities(facts),
            FetchedAt = ProviderViews.Time(model.FetchedAt),
        };
        if (facts.ContextTokens is { } context)
            view.ContextTokens = context;
        if (facts.MaxOutputTokens is { } output)
            view.MaxOutputTokens = output;
        return view;
    }

    private static Wire.ModelPrices? Prices(ModelFacts facts)
    {
        if (facts is not { InputMicros: { } input, OutputMicros: { } output })
            return null;
        var prices = new Wire.ModelPrices { InputMicros = input, OutputMicros = output, Source = facts.PriceSource };
        if (facts.CachedInputMicros is { } cached)
            prices.CachedInputMicros = cached;
        if (facts.CacheWriteMicros is { } written)
            prices.CacheWriteMicros = written;
        return prices;
    }

    private static Wire.ModelAbilities Abilities(ModelFacts facts)
    {
        var abilities = new Wire.ModelAbilities();
        if (facts.Tools is { } tools)
            abilities.Tools = tools;
        if (facts.Vision is { } vision)
            abilities.Vision = vision;
        if (facts.Reasoning is { } reasoning)
            abilities.Reasoning = reasoning;
        if (facts.Streaming is { } streaming)
            abilities.Streaming = streaming;
        return abilities;
    }
}
