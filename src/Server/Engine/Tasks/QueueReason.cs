namespace Koda.Server.Engine.Tasks;

/// <summary>What a queued task waits for.</summary>
internal enum QueueReason
{
    /// <summary>The task is not queued, or it is its turn next.</summary>
    None,

    /// <summary>As many of the agent's tasks run as may: <c>agent.concurrency_limit</c>.</summary>
    AgentConcurrencyLimit,

    /// <summary>The agent is paused or archived: <c>agent.paused</c>.</summary>
    AgentPaused,

    /// <summary>The provider asked for a pause: <c>provider.cooldown</c>.</summary>
    ProviderCooldown,

    /// <summary>As many tasks use the connection, or the model, as may: <c>provider.concurrency_limit</c>.</summary>
    ProviderConcurrencyLimit,

    /// <summary>No connected worker has a free slot for it: <c>worker.none_available</c>.</summary>
    NoWorkerAvailable,
}
