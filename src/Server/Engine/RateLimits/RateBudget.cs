using System.Globalization;

namespace Koda.Server.Engine.RateLimits;

/// <summary>How many calls one caller may make in a window, whenever that begins.</summary>
internal sealed record RateBudget(int Limit, TimeSpan Window)
{
    /// <summary>Reads <c>N</c> or <c>N/60s</c>, with s, m or h.</summary>
    /// <param name="text">The text.</param>
    /// <param name="window">The window when the text names none.</param>
    /// <returns>Null when the text is no budget.</returns>
    public static RateBudget? Parse(string text, TimeSpan window)
    {
        var parts = text.Split('/');
        if (parts.Length > 2 || !TryNumber(parts[0], out var limit))
            return null;
        if (parts.Length == 1)
            return new RateBudget(limit, window);
        if (parts[1].Length < 2 || !TryNumber(parts[1][..^1], out var count))
            return null;
        return parts[1][^1] switch
        {
            's' => new RateBudget(limit, TimeSpan.FromSeconds(count)),
            'm' => new RateBudget(limit, TimeSpan.FromMinutes(count)),
            'h' => new RateBudget(limit, TimeSpan.FromHours(count)),
            _ => null,
        };
    }

    private static bool TryNumber(string text, out int number) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number is > 0 and <= 1_000_000;
}
