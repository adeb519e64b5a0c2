using System.Text.Json.Nodes;

namespace Koda.Worker.Providers.Offline.Script;

/// <summary>One answer of a script.</summary>
internal sealed record ScriptStep
{
    /// <summary>The text. <c>{{query}}</c> stands for what the user asked, <c>{{result}}</c> for what the last call gave.</summary>
    public string Text { get; init; } = "";

    public string Reasoning { get; init; } = "";

    public IReadOnlyList<ScriptCall> ToolCalls { get; init; } = [];

    public ModelUsage Usage { get; init; } = new();

    /// <summary>The wait before the answer begins.</summary>
    public int DelayMs { get; init; }

    /// <summary>The wait between the pieces of the text.</summary>
    public int PieceDelayMs { get; init; }

    /// <summary>The failure that comes instead of the answer, the first <see cref="ScriptError.Times"/> times.</summary>
    public ScriptError? Error { get; init; }
}

internal sealed record ScriptCall(string Tool, JsonObject Arguments);

internal sealed record ScriptError
{
    public required string Code { get; init; }

    public string Message { get; init; } = "The script says that this call fails.";

    public bool Retryable { get; init; } = true;

    public int? RetryAfterMs { get; init; }

    /// <summary>How often this provider fails here before it answers.</summary>
    public int Times { get; init; } = 1;
}
