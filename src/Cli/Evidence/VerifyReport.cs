using Koda.Cli.Terminal;

namespace Koda.Cli.Evidence;

/// <summary>What a verification found.</summary>
/// <param name="Tasks">How many tasks were read.</param>
/// <param name="Events">How many events were read.</param>
/// <param name="Breaks">Where the log is not what was recorded.</param>
internal sealed record VerifyReport(long Tasks, long Events, IReadOnlyList<string> Breaks)
{
    public bool Whole => Breaks.Count == 0;

    public string Words() => Whole
        ? $"{Units.Count(Events, "event")} of {Units.Count(Tasks, "task")} verified: every chain is whole."
        : string.Join('\n', Breaks);
}
