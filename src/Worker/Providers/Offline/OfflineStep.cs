using System.Text.Json.Nodes;

namespace Koda.Worker.Providers.Offline;

/// <summary>One answer of the offline provider. Without calls it is the last one.</summary>
internal sealed record OfflineStep(string Text, params IReadOnlyList<OfflineCall> Calls)
{
    public string Reasoning { get; init; } = "";

    public ModelUsage Usage { get; init; } = new();

    /// <summary>The wait between the pieces of the text.</summary>
    public TimeSpan PieceDelay { get; init; }
}

/// <summary>A call of a tool.</summary>
internal sealed record OfflineCall(string Tool, JsonObject Arguments)
{
    public static OfflineCall List(string path) => new("list", new JsonObject { ["path"] = path });

    public static OfflineCall Glob(string pattern) => new("glob", new JsonObject { ["pattern"] = pattern });

    public static OfflineCall Grep(string pattern, int maxResults, bool ignoreCase = false)
    {
        var arguments = new JsonObject { ["pattern"] = pattern, ["max_results"] = maxResults };
        if (ignoreCase)
            arguments["ignore_case"] = true;
        return new OfflineCall("grep", arguments);
    }

    public static OfflineCall Audit(string query) => new("audit", new JsonObject { ["query"] = query });

    public static OfflineCall Read(string path, int offset, int limit) =>
        new("read", new JsonObject { ["path"] = path, ["offset"] = offset, ["limit"] = limit });
}
