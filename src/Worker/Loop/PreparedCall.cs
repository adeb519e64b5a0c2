using Koda.Worker.Providers;
using Koda.Worker.Tools;

namespace Koda.Worker.Loop;

/// <summary>A tool call and what is to become of it.</summary>
/// <param name="Call">What the model asked for.</param>
/// <param name="Fate">What happens.</param>
/// <param name="ReadOnly">Whether it may be repeated and run beside others.</param>
internal sealed record PreparedCall(ToolCallBlock Call, CallFate Fate, bool ReadOnly)
{
    /// <summary>The checked call. Null: it does not run.</summary>
    public IToolCall? Bound { get; init; }

    /// <summary>What the model is told of a call that does not run.</summary>
    public string Reason { get; init; } = "";

    /// <summary>The approval that decided.</summary>
    public string? ApprovalId { get; init; }

    /// <summary>What a person is asked to allow.</summary>
    public IReadOnlyList<Demand> Open { get; init; } = [];

    /// <summary>What an answer for always would allow. Empty: every call of the tool.</summary>
    public string AlwaysPattern { get; init; } = "";

    /// <summary>The paths outside of the workspace that it was allowed to reach.</summary>
    public IReadOnlyList<OutsidePath> Reach { get; init; } = [];

    /// <summary>The files and directories of the workspace that it names and may change, relative to it.</summary>
    public IReadOnlyCollection<string> Touched { get; init; } = [];

    /// <summary>The result that the call has without being run: a person's answer, or that of a subagent. Null: it has none.</summary>
    public ToolResult? Answer { get; init; }

    /// <summary>Its beginning is recorded.</summary>
    public bool Begun { get; init; }

    /// <summary>The path that was refused.</summary>
    public string? RefusedPath { get; init; }
}

/// <summary>What happens with a call.</summary>
internal enum CallFate
{
    /// <summary>It runs.</summary>
    Run,

    /// <summary>A person is asked.</summary>
    Ask,

    /// <summary>Another agent works on it.</summary>
    Delegate,

    /// <summary>It is not a valid call.</summary>
    Invalid,

    /// <summary>A rule or a person forbids it.</summary>
    Denied,

    /// <summary>It was begun by an earlier attempt and nobody knows how far it came.</summary>
    Interrupted,
}
