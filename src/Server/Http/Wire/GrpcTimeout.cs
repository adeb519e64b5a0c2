using System.Globalization;

namespace Koda.Server.Http.Wire;

/// <summary>The value of <c>grpc-timeout</c>: at most eight digits and a unit.</summary>
internal static class GrpcTimeout
{
    private const long MaxValue = 99_999_999;

    // The ticks (100 ns) of each unit, finest first; nanoseconds are finer than a tick and are never needed to write one.
    private static readonly (char Name, long Ticks)[] s_units =
    [
        ('u', TimeSpan.TicksPerMicrosecond),
        ('m', TimeSpan.TicksPerMillisecond),
        ('S', TimeSpan.TicksPerSecond),
        ('M', TimeSpan.TicksPerMinute),
        ('H', TimeSpan.TicksPerHour),
    ];

    /// <summary>Writes the time that is left, rounded up to the finest unit that holds it; at least a nanosecond.</summary>
    public static string Format(TimeSpan timeout)
    {
        if (timeout <= TimeSpan.Zero)
            return "1n";
        foreach (var (name, ticks) in s_units)
        {
            var value = (timeout.Ticks - 1) / ticks + 1;
            if (value <= MaxValue)
                return string.Create(CultureInfo.InvariantCulture, $"{value}{name}");
        }
        return string.Create(CultureInfo.InvariantCulture, $"{MaxValue}H");
    }

    /// <summary>Reads a timeout; false when it does not have the form that gRPC defines.</summary>
    public static bool TryParse(ReadOnlySpan<char> value, out TimeSpan timeout)
    {
        timeout = default;
        if (value.Length is < 2 or > 9 || !long.TryParse(value[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var amount))
            return false;
        if (value[^1] == 'n')
        {
            timeout = TimeSpan.FromTicks((amount + TimeSpan.NanosecondsPerTick - 1) / TimeSpan.NanosecondsPerTick);
            return true;
        }
        foreach (var (name, ticks) in s_units)
        {
            if (name != value[^1])
                continue;
            // 99,999,999 hours are more than a TimeSpan holds.
            timeout = amount > TimeSpan.MaxValue.Ticks / ticks ? TimeSpan.MaxValue : TimeSpan.FromTicks(amount * ticks);
            return true;
        }
        return false;
    }
}
