using Grpc.Core;
using Koda.Client.Calls;
using Koda.Protos.ControlPlane.V1;

namespace Koda.Client.Evidence;

/// <summary>Reads the log as it was hashed.</summary>
public sealed class EvidenceClient
{
    private readonly CallRunner _calls;
    private readonly EvidenceService.EvidenceServiceClient _service;

    internal EvidenceClient(CallInvoker invoker, CallRunner calls)
    {
        _calls = calls;
        _service = new(invoker);
    }

    /// <summary>Lists every hash chain, reading further pages as they are needed.</summary>
    public IAsyncEnumerable<Chain> ListChainsAsync(CancellationToken cancellation = default) => Pages.ReadAsync(
        (cursor, c) => _calls.RunAsync(o => _service.ListChainsAsync(new() { Limit = 200, Cursor = cursor }, o), Repeat.WhenSafe, c),
        page => page.Items,
        page => page.NextCursor,
        cancellation);

    /// <summary>Reads a chain's next events, oldest first; none when it has no more.</summary>
    public async Task<IReadOnlyList<ChainEvent>> ListEventsAsync(string streamId, long afterSeq, CancellationToken cancellation = default) =>
        (await _calls.RunAsync(o => _service.ListChainEventsAsync(new() { StreamId = streamId, AfterSeq = afterSeq }, o), Repeat.WhenSafe, cancellation)).Items;
}
