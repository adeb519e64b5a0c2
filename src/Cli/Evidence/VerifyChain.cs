using Koda.Client;
using Koda.Client.Evidence;
using Koda.Protos.ControlPlane.V1;

namespace Koda.Cli.Evidence;

/// <summary>Checks the events of a chain against their hashes without trusting the server: it gives the events, this computes.</summary>
internal static class VerifyChain
{
    /// <returns>The number of events, and what is wrong: null when nothing is.</returns>
    public static async Task<(long Events, string? Fault)> RunAsync(KodaClient client, Chain chain, CancellationToken cancellation)
    {
        var computed = new EventChain(chain);
        var before = computed.Seq;
        while (computed.Seq < chain.LastSeq)
        {
            var page = await client.Evidence.ListEventsAsync(chain.StreamId, computed.Seq, cancellation);
            if (page.Count == 0) return (computed.Seq - before, $"event {computed.Seq + 1} is missing: the last one is {chain.LastSeq}");
            // What was recorded since the chain was listed has another last hash.
            foreach (var item in page.TakeWhile(item => item.Seq <= chain.LastSeq))
                if (computed.Verify(item) is { } fault) return (computed.Seq - before, fault);
        }
        var whole = string.Equals(computed.Hash, chain.LastHash, StringComparison.Ordinal);
        return (computed.Seq - before, whole ? null : $"event {computed.Seq} is not the one with which the chain ends");
    }
}
