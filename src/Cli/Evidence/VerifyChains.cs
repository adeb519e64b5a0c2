using Koda.Client;
using Koda.Client.Evidence;
using Koda.Protos.ControlPlane.V1;

namespace Koda.Cli.Evidence;

/// <summary>
/// Checks the events of every chain against their hashes without trusting the server: it gives the events, this computes.
/// </summary>
internal sealed class VerifyChains
{
    private readonly List<string> _breaks = [];
    private EventChain? _computed;
    private string _stream = "";
    private bool _broken;
    private long _chains;
    private long _events;

    public static async Task<VerifyReport> Run(KodaClient client, CancellationToken cancellationToken)
    {
        var verification = new VerifyChains();
        await foreach (var part in client.Evidence.ReadChainsAsync(cancellationToken)) verification.Add(part);
        return new VerifyReport(verification._chains, verification._events, verification._breaks);
    }

    private void Add(ChainPart part)
    {
        if (_computed is null || part.Chain.StreamId != _stream)
            (_computed, _stream, _broken, _chains) = (new EventChain(part.Chain), part.Chain.StreamId, false, _chains + 1);
        foreach (var item in part.Events)
        {
            // What follows a break cannot be judged.
            if (_broken)
                return;
            if (_computed.Verify(item) is { } fault)
                Break(part.Chain, fault);
            else
                _events++;
        }
        if (part.Complete && !_broken && EndFault(_computed, part.Chain) is { } wrong)
            Break(part.Chain, wrong);
    }

    private static string? EndFault(EventChain computed, Chain chain) =>
        computed.Seq < chain.LastSeq ? $"event {computed.Seq + 1} is missing: the last one is {chain.LastSeq}"
        : string.Equals(computed.Hash, chain.LastHash, StringComparison.Ordinal) ? null
        : $"event {computed.Seq} is not the one with which the chain ends";

    private void Break(Chain chain, string fault)
    {
        _broken = true;
        _breaks.Add($"{chain.Kind.ToString().ToLowerInvariant()} {chain.StreamId}: {fault}");
    }
}
