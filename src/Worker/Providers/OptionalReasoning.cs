using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

namespace Koda.Worker.Providers;

/// <summary>
/// Asks without a wish for reasoning when the model refuses it. Names do not tell for certain which models reason and how they are asked to:
/// servers that speak a vendor's API run any model.
/// </summary>
internal sealed class OptionalReasoning(IModelProvider inner) : IModelProvider
{
    private static readonly string[] s_words = ["think", "reasoning", "effort"];

    private readonly ConcurrentDictionary<string, bool> _refusing = [];

    public async IAsyncEnumerable<ModelEvent> StreamAsync(ModelRequest request, [EnumeratorCancellation] CancellationToken ct)
    {
        if (_refusing.ContainsKey(request.Model))
            request = request with { Variant = "" };
        var stream = inner.StreamAsync(request, ct).GetAsyncEnumerator(ct);
        try
        {
            bool more;
            try
            {
                more = await stream.MoveNextAsync();
            }
            catch (ProviderException refusal) when (request.Variant.Length > 0 && RefusesReasoning(refusal))
            {
                _refusing[request.Model] = true;
                await stream.DisposeAsync();
                stream = inner.StreamAsync(request with { Variant = "" }, ct).GetAsyncEnumerator(ct);
                more = await stream.MoveNextAsync();
            }
            while (more)
            {
                yield return stream.Current;
                more = await stream.MoveNextAsync();
            }
        }
        finally
        {
            await stream.DisposeAsync();
        }
    }

    public ModelUsage Priced(string model, ModelUsage usage) => inner.Priced(model, usage);

    private static bool RefusesReasoning(ProviderException refusal) =>
        refusal.Code == ProviderErrorCode.InvalidRequest && s_words.Any(word => refusal.Message.Contains(word, StringComparison.OrdinalIgnoreCase));
}
