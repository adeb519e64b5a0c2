namespace Koda.Worker.Providers.Offline.Security;

/// <summary>What an audit saw and found.</summary>
internal sealed record Audit
{
    public required string Query { get; init; }

    public required int RuleCount { get; init; }

    /// <summary>What rules are about; a query may name some of it.</summary>
    public required IReadOnlySet<string> Tags { get; init; }

    /// <summary>The files of the workspace.</summary>
    public required WorkspaceFiles Files { get; init; }

    /// <summary>Worst first, then by place.</summary>
    public required IReadOnlyList<Finding> Findings { get; init; }

    /// <summary>How many places could not be decided, because the lines around them were not read.</summary>
    public required int Unconfirmed { get; init; }

    /// <summary>What was asked for and not seen.</summary>
    public required IReadOnlyList<string> Gaps { get; init; }
}
