using System.Text.Json.Nodes;

namespace Koda.Worker.Providers.Offline;

/// <summary>A conversation as the offline plans look at it: from what the user asked.</summary>
internal sealed class OfflineConversation
{
    public OfflineConversation(ModelRequest request)
    {
        var turn = request.Messages.Skip(request.Question).ToList();
        var results = turn.SelectMany(message => message.Content).OfType<ToolResultBlock>()
            .GroupBy(result => result.CallId).ToDictionary(group => group.Key, group => group.Last());

        Query = turn.Count > 0 && turn[0].Role == ModelRole.User ? turn[0].Text : "";
        MessageCount = request.Messages.Count;
        Steps = turn.Count(message => message.Role == ModelRole.Assistant);
        Tools = request.Tools.Select(tool => tool.Name).ToHashSet(StringComparer.Ordinal);
        Results =
        [
            .. turn.SelectMany(message => message.ToolCalls)
                .Select(call => new OfflineResult(call, results.GetValueOrDefault(call.CallId))),
        ];
    }

    /// <summary>What the user asked.</summary>
    public string Query { get; }

    /// <summary>How many messages there are in all.</summary>
    public int MessageCount { get; }

    /// <summary>How many answers were given since the user asked.</summary>
    public int Steps { get; }

    /// <summary>The tools that may be called.</summary>
    public IReadOnlySet<string> Tools { get; }

    /// <summary>The calls since the user asked, with what they gave.</summary>
    public IReadOnlyList<OfflineResult> Results { get; }

    public IEnumerable<OfflineResult> Of(string tool) => Results.Where(result => result.Call.Tool == tool);
}

/// <summary>A call and what it gave.</summary>
internal sealed record OfflineResult(ToolCallBlock Call, ToolResultBlock? Result)
{
    public bool IsError => Result is null or { IsError: true };

    public string Text => Result?.Content ?? "The call has no result.";

    public string? Argument(string name) => (JsonNode.Parse(Call.Arguments) as JsonObject)?[name]?.ToString();
}
