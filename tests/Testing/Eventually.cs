namespace Koda.Testing;

/// <summary>Waits for what another process does and cannot signal.</summary>
public static class Eventually
{
    private static readonly TimeSpan s_betweenLooks = TimeSpan.FromMilliseconds(30);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    /// <inheritdoc cref="IsTrue(Func{Task{bool}}, TimeSpan, Func{string})"/>
    public static Task IsTrue(Func<Task<bool>> condition, string expectation) => IsTrue(condition, s_patience, () => expectation);

    /// <param name="condition">What is waited for.</param>
    /// <param name="deadline">How long at most.</param>
    /// <param name="what">Says what did not come true, and why, as far as it can be told.</param>
    /// <exception cref="TimeoutException">It did not come true.</exception>
    public static async Task IsTrue(Func<Task<bool>> condition, TimeSpan deadline, Func<string> what)
    {
        using var patience = new CancellationTokenSource(deadline);
        try
        {
            while (!await condition()) await Task.Delay(s_betweenLooks, patience.Token);
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested)
        {
            throw new TimeoutException($"Not true within {deadline}: {what()}");
        }
    }
}
