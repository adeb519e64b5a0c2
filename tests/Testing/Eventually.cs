namespace Koda.Testing;

/// <summary>Waits for what another process does and cannot signal.</summary>
internal static class Eventually
{
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(30);

    /// <param name="condition">What is waited for.</param>
    /// <param name="deadline">How long at most.</param>
    /// <param name="what">Says what did not come true, and why, as far as it can be told.</param>
    /// <exception cref="TimeoutException">It did not come true.</exception>
    public static async Task IsTrue(Func<Task<bool>> condition, TimeSpan deadline, Func<string> what)
    {
        using var patience = new CancellationTokenSource(deadline);
        try
        {
            while (!await condition()) await Task.Delay(BetweenLooks, patience.Token);
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested)
        {
            throw new TimeoutException($"Not true within {deadline}: {what()}");
        }
    }
}
