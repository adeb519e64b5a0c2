using System.Runtime.CompilerServices;
using Koda.Worker.Providers;

namespace Koda.Worker.Tests.Loop;

/// <summary>A model that streams exactly these pieces, and then answers "done".</summary>
internal sealed class StreamedModel(params IReadOnlyList<ModelEvent> pieces) : IModelProvider
{
    public List<ModelRequest> Requests { get; } = [];

    public async IAsyncEnumerable<ModelEvent> Stream(ModelRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.Yield();
        Requests.Add(request with { Messages = [.. request.Messages] });
        if (Requests.Count > 1)
        {
            yield return new ModelFinished(
                ModelMessage.Assistant(new TextBlock("done")), ModelStopReason.EndTurn, new ModelUsage(), "streamed-1");
            yield break;
        }
        foreach (var piece in pieces)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return piece;
        }
    }
}
