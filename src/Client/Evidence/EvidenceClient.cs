using System.Runtime.CompilerServices;
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
    public IAsyncEnumerable<Chain> ListChainsAsync(CancellationToken cancellationToken = default) => Pages.Read(
        (cursor, c) => _calls.Run(o => _service.ListChainsAsync(new() { Limit = 200, Cursor = cursor }, o), Repeat.WhenSafe, c),
        page => page.Items,
        page => page.NextCursor,
        cancellationToken);

    /// <summary>Reads the whole log, chain after chain, over as many connections as it takes.</summary>
    /// <exception cref="KodaException">The server refused, or was away for longer than
    /// <see cref="KodaClientOptions.ResumeFor"/>.</exception>
    public async IAsyncEnumerable<ChainPart> ReadChainsAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using var feed = new ChainFeed(_service, _calls);
        while (await feed.Next(cancellationToken) is { } part)
            yield return part;
    }

    /// <summary>Reads a chain's next events, oldest first; none when it has no more.</summary>
    public async Task<IReadOnlyList<ChainEvent>> ListEventsAsync(
        string streamId, long afterSeq, CancellationToken cancellationToken = default) =>
        (
            await _calls.Run(
                o => _service.ListChainEventsAsync(new() { StreamId = streamId, AfterSeq = afterSeq }, o),
                Repeat.WhenSafe,
                cancellationToken)).Items;
}
