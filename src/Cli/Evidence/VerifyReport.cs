using Koda.Cli.Terminal;

namespace Koda.Cli.Evidence;

/// <summary>What a verification found.</summary>
/// <param name="Chains">How many chains were read.</param>
/// <param name="Events">How many events were read.</param>
/// <param name="Breaks">Where the log is not what was recorded.</param>
internal sealed record VerifyReport(long Chains, long Events, IReadOnlyList<string> Breaks)
{
    public bool Whole => Breaks.Count == 0;

    public string Words() => Whole
        ? $"{Units.Count(Events, "event")} in {Units.Count(Chains, "chain")} verified: every chain is whole."
        : string.Join('\n', Breaks);
}
