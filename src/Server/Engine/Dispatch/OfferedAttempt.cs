using Koda.Server.Engine.Attempts;
using Koda.Server.Engine.Tasks;

namespace Koda.Server.Engine.Dispatch;

/// <summary>
/// What a server remembers of an attempt that was offered over a connection. The table is the truth; a crash may lose this.
/// </summary>
internal sealed class OfferedAttempt(AttemptKey key, Guid taskId)
{
    public AttemptKey Key { get; } = key;

    public Guid TaskId { get; } = taskId;

    public bool Accepted { get; set; }

    /// <summary>When it was offered, by this server's own monotonic clock.</summary>
    public long OfferedAt { get; init; }

    /// <summary>The end of the attempt is being committed, so its slot is free.</summary>
    public bool Closing { get; set; }

    /// <summary>The lease is to be renewed.</summary>
    public bool RenewalAsked { get; set; }

    /// <summary>The newest progress that is not stored yet.</summary>
    public string Progress { get; set; } = "";

    /// <summary>What the worker was asked to do.</summary>
    public RequestedStop StopSent { get; set; }

    /// <summary>When this server may forget the attempt, by its own monotonic clock: the lease is over for certain.</summary>
    public long ForgetAt { get; set; }
}
