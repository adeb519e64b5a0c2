using Koda.Server.Engine.Providers;

namespace Koda.Server.Engine.Attempts;

/// <summary>What a worker needs to ask models at one connection.</summary>
internal sealed record AttemptProvider(ProviderAccess Access)
{
    /// <summary>The provider's options, for a fallback's connection. Empty: they came with the assignment.</summary>
    public string Options { get; init; } = "";

    /// <summary>What is known of the models that the attempt may ask there.</summary>
    public IReadOnlyList<ModelFacts> Models { get; init; } = [];

    /// <summary>Why the model must not be asked now, for people. Empty: it may be.</summary>
    public string Closed { get; init; } = "";
}
