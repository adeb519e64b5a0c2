namespace Koda.Bench;

/// <summary>Percentiles of measured milliseconds.</summary>
internal static class Percentiles
{
    public static object Of(IEnumerable<double> milliseconds)
    {
        var sorted = milliseconds.Order().ToArray();
        return new { p50 = At(sorted, 0.50), p95 = At(sorted, 0.95), p99 = At(sorted, 0.99) };
    }

    private static double At(double[] sorted, double share) =>
        sorted.Length == 0 ? double.NaN : Math.Round(sorted[Math.Min(sorted.Length - 1, (int)(share * sorted.Length))], 1);
}
