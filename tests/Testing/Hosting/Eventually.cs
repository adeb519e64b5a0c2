using Xunit;

namespace Koda.Testing.Hosting;

/// <summary>Asks again and again for what comes about in its own time, where no feed tells of it.</summary>
public static class Eventually
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>Returns when the condition holds; fails the test when it does not within a minute.</summary>
    public static async Task Async(Func<Task<bool>> condition, string expectation)
    {
        using var timer = new PeriodicTimer(Pause);
        using var deadline = new CancellationTokenSource(Deadline);
        while (!await condition())
        {
            Assert.False(deadline.IsCancellationRequested, $"This did not come about: {expectation}");
            await timer.WaitForNextTickAsync();
        }
    }
}
