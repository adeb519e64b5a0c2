using Xunit;

namespace Koda.Http.Tests.Probe;

/// <summary>Waits for what another thread brings about and gives no signal of.</summary>
internal static class Eventually
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(1);

    public static async Task True(Func<bool> condition)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        using var limit = new CancellationTokenSource(s_limit);
        while (!condition())
        {
            if (limit.IsCancellationRequested)
                Assert.Fail("It did not come true in time.");
            await timer.WaitForNextTickAsync(CancellationToken.None);
        }
    }
}
