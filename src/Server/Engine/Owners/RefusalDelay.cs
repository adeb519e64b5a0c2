namespace Koda.Server.Engine.Owners;

/// <summary>Lets refused attempts to sign in take at least a certain time, whatever they were refused for.</summary>
internal sealed class RefusalDelay(TimeProvider clock)
{
    public static readonly TimeSpan Floor = TimeSpan.FromMilliseconds(300);

    /// <summary>When the attempt began.</summary>
    public long Start() => clock.GetTimestamp();

    /// <summary>Waits until the time since the start is over.</summary>
    public async Task Wait(long started, CancellationToken cancellationToken)
    {
        // A timer may fire early by less than its resolution.
        while (Floor - clock.GetElapsedTime(started) is { Ticks: > 0 } left)
            await Task.Delay(left < s_shortest ? s_shortest : left, clock, cancellationToken);
    }

    private static readonly TimeSpan s_shortest = TimeSpan.FromMilliseconds(1);
}
