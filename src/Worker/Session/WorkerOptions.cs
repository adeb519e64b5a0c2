using Koda.Client;

namespace Koda.Worker.Session;

/// <summary>What a worker is and what it may do.</summary>
public sealed record WorkerOptions
{
    /// <summary>Where the server is, such as <c>http://127.0.0.1:8090</c>.</summary>
    public required Uri ServerUrl { get; init; }

    /// <summary>A bearer token with the scope <c>worker</c>.</summary>
    public required string Token { get; init; }

    /// <summary>Names this process to the server, the same over reconnects.</summary>
    public string WorkerId { get; init; } = Guid.CreateVersion7().ToString();

    /// <summary>The name shown to people.</summary>
    public string Name { get; init; } = Environment.MachineName;

    /// <summary>How many attempts run at once. At least 1.</summary>
    public int Slots { get; init; } = 4;

    /// <summary>The agents that the worker runs. Empty: any.</summary>
    public IReadOnlyList<string> AgentIds { get; init; } = [];

    /// <summary>What the worker is for, as the routes of agents name it. Empty: nothing in particular.</summary>
    public string Role { get; init; } = "";

    /// <summary>What the worker has, as the routes of agents name it, such as <c>gpu</c>. At most 32.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>Absolute directories below which workspaces lie. Empty: anywhere but in system directories.</summary>
    public IReadOnlyList<string> WorkspaceRoots { get; init; } = [];

    /// <summary>The workspace of tasks that name none. Null: such tasks fail when they need one.</summary>
    public string? DefaultWorkspace { get; init; }

    /// <summary>Whether commands run in a <c>bwrap</c> sandbox without network where that is possible.</summary>
    public bool Sandbox { get; init; } = true;

    /// <summary>
    /// Whether commands of tasks run by the agent's rules alone where there is no sandbox. Without it each of them is asked about there,
    /// whatever the rules allow.
    /// </summary>
    public bool UnconfinedCommands { get; init; }

    /// <summary>Further directories that sandboxed commands can read, such as a toolchain outside <c>/usr</c>.</summary>
    public IReadOnlyList<string> SandboxReadablePaths { get; init; } = [];

    /// <summary>
    /// Whether the servers of tools that a project names in its <c>.koda/mcp.json</c> are started. Those of <c>mcp.json</c> in the data
    /// directory always are.
    /// </summary>
    public bool TrustProjectServers { get; init; }

    /// <summary>Whether the fetch tool reaches loopback and private addresses. Metadata addresses stay refused.</summary>
    public bool AllowPrivateFetch { get; init; }

    /// <summary>Where the worker keeps what must outlive it, such as snapshots of folders that are no repositories.</summary>
    public string DataDirectory { get; init; } = Path.Combine(ServerFiles.DefaultDirectory(Environment.GetEnvironmentVariable), "worker");

    /// <summary>
    /// Further directories that no agent works in, opens or sees, such as the data directory of a server on this machine. Those of this
    /// user (<c>KODA_DATA</c>, <c>~/.koda</c>) and <see cref="DataDirectory"/> always are such.
    /// </summary>
    public IReadOnlyList<string> PrivateDirectories { get; init; } = [];

    internal static readonly TimeSpan UsualLongestPause = TimeSpan.FromSeconds(60);

    /// <summary>
    /// The longest pause that a running attempt waits for when a provider asks for one. For a longer one it gives its slot back.
    /// </summary>
    public TimeSpan LongestPause { get; init; } = UsualLongestPause;

    /// <summary>How long running attempts get to reach their next step when the worker is told to leave.</summary>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How long a running attempt gets to reach its next step when a person pauses it.</summary>
    public TimeSpan PauseTimeout { get; init; } = TimeSpan.FromSeconds(10);
}
