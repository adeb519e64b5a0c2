using Koda.Server.Engine.Tasks;
using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Attempts;

/// <summary>What starts the work that an attempt hands to others. It lies above the attempts.</summary>
internal interface IDelegations
{
    /// <summary>Starts what is asked for and lets the task wait for it, or fails the task where it may not ask.</summary>
    Task Start(Transaction transaction, LockedTask task, Delegation delegation, CancellationToken cancellationToken);
}
