namespace Koda.Server.Engine.Tasks;

/// <summary>Ids of tasks. They are UUIDv7 that never run backwards within a server, because the queue is served in their order.</summary>
internal static class TaskIds
{
    private static readonly Lock s_lock = new();
    private static Guid s_last;

    public static Guid Next()
    {
        lock (s_lock)
        {
            var next = Guid.CreateVersion7();
            // Within one millisecond the rest is random: draw until it grows, or until the clock moves on.
            while (next.CompareTo(s_last) <= 0)
                next = Guid.CreateVersion7();
            return s_last = next;
        }
    }
}
