namespace Koda.Worker.Providers;

/// <summary>A source of model answers, or of answers by rule.</summary>
internal interface IModelProvider
{
    /// <summary>
    /// Streams one answer. The last event is always a <see cref="ModelFinished"/>; an answer that breaks off throws instead.
    /// </summary>
    /// <exception cref="ProviderException">The provider refused the request, failed, or sent something that is not an answer.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    IAsyncEnumerable<ModelEvent> Stream(ModelRequest request, CancellationToken cancellationToken);

    /// <summary>What a use costs of which the provider could not tell itself.</summary>
    ModelUsage Priced(string model, ModelUsage usage) => PriceTable.Known.Price(model, usage);
}
