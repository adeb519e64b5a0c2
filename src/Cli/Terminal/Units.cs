using System.Globalization;
using Google.Protobuf.WellKnownTypes;

namespace Koda.Cli.Terminal;

/// <summary>Durations, ages, costs and counts as people read them.</summary>
internal static class Units
{
    public static string Duration(TimeSpan time) => time switch
    {
        { TotalSeconds: < 1 } => Format($"{time.TotalMilliseconds:0} ms"),
        { TotalMinutes: < 1 } => Format($"{time.TotalSeconds:0.0} s"),
        { TotalHours: < 1 } => Format($"{time.Minutes} min {time.Seconds} s"),
        _ => Format($"{(int)time.TotalHours} h {time.Minutes} min"),
    };

    /// <summary>A duration that is seen while it goes on: in whole seconds.</summary>
    public static string Seconds(TimeSpan time) => time.TotalMinutes < 1 ? Format($"{(int)time.TotalSeconds} s") : Duration(time);

    public static string Milliseconds(long milliseconds) => Duration(TimeSpan.FromMilliseconds(milliseconds));

    public static string Age(Timestamp? time)
    {
        if (time is null)
            return "-";
        var age = DateTimeOffset.UtcNow - time.ToDateTimeOffset();
        return age switch
        {
            { TotalMinutes: < 1 } => Format($"{Math.Max(0, (int)age.TotalSeconds)} s"),
            { TotalHours: < 1 } => Format($"{(int)age.TotalMinutes} min"),
            { TotalDays: < 2 } => Format($"{(int)age.TotalHours} h"),
            _ => Format($"{(int)age.TotalDays} d"),
        };
    }

    public static string Moment(Timestamp? time) =>
        time?.ToDateTimeOffset().ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture) ?? "-";

    /// <summary>A moment that is not waited for to the second.</summary>
    public static string Minute(Timestamp? time) =>
        time?.ToDateTimeOffset().ToLocalTime().ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture) ?? "-";

    /// <summary>The server counts in millionths of a dollar.</summary>
    public static double Dollars(long micros) => micros / 1_000_000d;

    /// <summary>A cost of which not all is known.</summary>
    /// <param name="dollars">What is known of it.</param>
    /// <param name="unpriced">How many calls have a price that nobody knows.</param>
    public static string Cost(double dollars, long unpriced) => (dollars, unpriced) switch
    {
        (_, 0) => Cost(dollars),
        (0, _) => "unknown",
        _ => $"{Cost(dollars)} and more",
    };

    public static string Cost(double dollars) => dollars == 0 ? "$0" : Format($"${dollars:0.0000}");

    public static string Count(long number, string noun) => Format($"{number:N0} {noun}{(number == 1 ? "" : "s")}");

    private static string Format(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
