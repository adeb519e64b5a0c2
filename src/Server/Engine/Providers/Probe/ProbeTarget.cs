namespace Koda.Server.Engine.Providers;

/// <summary>What is to be asked, stored already or not.</summary>
/// <param name="Id">The connection's id.</param>
/// <param name="Access">The wire, the address and the key.</param>
/// <param name="AllowPrivate">Whether the address may be one of the own machine or network.</param>
/// <param name="Model">A model that has to answer too. Empty: none.</param>
internal sealed record ProbeTarget(string Id, ProviderAccess Access, bool AllowPrivate, string Model);

/// <summary>What a provider answered.</summary>
internal sealed record ProbeResult
{
    public required bool Verified { get; init; }

    /// <summary>How it was asked: model_list, account, message or built_in.</summary>
    public required string CheckedVia { get; init; }

    public required TimeSpan Latency { get; init; }
    public string AccountLabel { get; init; } = "";
    public string PlanLabel { get; init; } = "";

    /// <summary>The provider's models. Null: it did not say.</summary>
    public IReadOnlyList<ModelFacts>? Models { get; init; }

    /// <summary>Why it failed: a code of failed model calls, or <c>provider.address_refused</c>. Empty: it did not.</summary>
    public string ErrorCode { get; init; } = "";

    public string Error { get; init; } = "";
}
