using Koda.Server.Engine.Attempts;
using Koda.Server.Engine.Workers;

namespace Koda.Server.Engine.Dispatch;

/// <summary>
/// Who a worker is and what it can do. Empty lists mean "any"; <paramref name="Held"/> names attempts from before a reconnect.
/// </summary>
internal sealed record WorkerHello(
    string WorkerId,
    string Name,
    string Version,
    int Slots,
    IReadOnlyList<string> AgentIds,
    IReadOnlyList<string> WorkspaceRoots,
    string DefaultWorkspace,
    IReadOnlyList<AttemptKey> Held)
{
    /// <summary>How it runs commands.</summary>
    public WorkerCommands Commands { get; init; } = WorkerCommands.Unknown;

    /// <summary>What it is for. Empty: nothing in particular.</summary>
    public string Role { get; init; } = "";

    /// <summary>What it has.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];
}

/// <summary>What a worker may rely on.</summary>
internal sealed record WorkerTerms(TimeSpan Lease, TimeSpan Offer, TimeSpan RenewEvery);
