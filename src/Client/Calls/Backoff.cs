namespace Koda.Client.Calls;

/// <summary>Pauses that double and never fall in step with those of other clients.</summary>
internal static class Backoff
{
    /// <summary>
    /// The pause after attempt number <paramref name="attempt"/>, counted from 1, and no shorter than the server asked for.
    /// </summary>
    public static TimeSpan After(int attempt, KodaClientOptions options, TimeSpan? atLeast = null)
    {
        var ceiling = Math.Min(options.InitialBackoff.TotalMilliseconds * Math.Pow(2, attempt - 1), options.MaxBackoff.TotalMilliseconds);
        var pause = TimeSpan.FromMilliseconds(ceiling * (0.5 + (Random.Shared.NextDouble() / 2)));
        return atLeast > pause ? atLeast.Value : pause;
    }
}
