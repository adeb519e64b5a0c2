namespace Koda.Providers;

/// <summary>Amounts of money as people see them. They are counted in millionths of a US dollar, which is exact.</summary>
internal static class Dollars
{
    private const decimal Micros = 1_000_000;

    /// <summary>The largest amount that can be counted.</summary>
    public const decimal Most = long.MaxValue / Micros;

    /// <summary>Whether an amount can be counted: not a number, and what is too large, would count as no limit at all.</summary>
    public static bool IsCountable(double dollars) => Math.Abs(dollars) <= (double)Most / 2;

    /// <summary>An amount for an answer.</summary>
    public static double Of(long micros) => (double)Exactly(micros);

    /// <inheritdoc cref="Of"/>
    public static decimal Exactly(long micros) => micros / Micros;

    /// <summary>What a person or a program gave, as it is counted.</summary>
    public static long ToMicros(double dollars) => (long)Math.Round(dollars * (double)Micros);

    /// <inheritdoc cref="ToMicros(double)"/>
    public static long ToMicros(decimal dollars) => (long)(dollars * Micros);
}
