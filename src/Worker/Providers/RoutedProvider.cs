using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Koda.Protos.Worker.V1;

namespace Koda.Worker.Providers;

/// <summary>A fallback's connection as a worker has it.</summary>
/// <param name="Provider">Asks models there.</param>
/// <param name="Options">The provider's options there.</param>
internal sealed record OpenedFallback(IModelProvider Provider, JsonObject? Options);

/// <summary>Asks each model of a turn at its own connection. Those of fallbacks are opened when they are needed.</summary>
/// <param name="assignment">The turn.</param>
/// <param name="own">Asks models at the attempt's own connection.</param>
/// <param name="open">Opens the connection of a fallback, or throws a <see cref="ProviderException"/>.</param>
internal sealed class RoutedProvider(
    Assignment assignment, IModelProvider own, Func<FallbackModel, CancellationToken, Task<OpenedFallback>> open) : IModelProvider
{
    private readonly ConcurrentDictionary<string, OpenedFallback> _opened = [];

    public async IAsyncEnumerable<ModelEvent> Stream(ModelRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var provider = own;
        if (Elsewhere(request.Model) is { } fallback)
        {
            (provider, var options) = await Open(fallback, cancellationToken);
            request = request with { Model = fallback.Model, Options = options };
        }
        await foreach (var piece in provider.Stream(request, cancellationToken))
            yield return piece;
    }

    public ModelUsage Priced(string model, ModelUsage usage) =>
        Elsewhere(model) is { } fallback && _opened.TryGetValue(fallback.Name(), out var opened)
            ? opened.Provider.Priced(fallback.Model, usage)
            : own.Priced(model, usage);

    private FallbackModel? Elsewhere(string name) => assignment.Fallback(name) is { Connection.Length: > 0 } fallback ? fallback : null;

    // Two that open it at once get one each, which does no harm.
    private async Task<OpenedFallback> Open(FallbackModel fallback, CancellationToken cancellationToken) =>
        _opened.TryGetValue(fallback.Name(), out var opened) ? opened : _opened[fallback.Name()] = await open(fallback, cancellationToken);
}
