using System.Globalization;
using Koda.Protos.ControlPlane.V1;

namespace Koda.Cli.Operations;

/// <summary>What runs cost, for people. What nobody knows the price of is told as unknown.</summary>
internal static class CostText
{
    public static string Of(RunUsage used) =>
        used.UnpricedCalls == 0 ? Dollars(used)
        : used.CostUsd == 0 ? "unknown"
        : $"{Dollars(used)} and more";

    private static string Dollars(RunUsage used) => used.CostUsd.ToString("$0.0000", CultureInfo.InvariantCulture);
}
