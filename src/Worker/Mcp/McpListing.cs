using System.Text.Json.Nodes;
using ModelContextProtocol;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;

namespace Koda.Worker.Mcp;

/// <summary>A tool as its server describes it.</summary>
/// <param name="Name">What the server calls it.</param>
/// <param name="Description">What it says of it.</param>
/// <param name="Schema">The schema of its arguments, as providers take it.</param>
internal sealed record McpListed(string Name, string Description, JsonObject Schema);

/// <summary>What a server lists, read tool by tool: what is wrong with one costs that one.</summary>
/// <param name="Tools">The tools that can be used.</param>
/// <param name="LeftOut">The others, each with the reason.</param>
internal sealed record McpListing(IReadOnlyList<McpListed> Tools, IReadOnlyList<string> LeftOut)
{
    private const int MostPages = 100;
    private const int MostTools = 1000;

    /// <exception cref="McpException">The server did not answer with a list.</exception>
    public static async Task<McpListing> Read(McpClient client, CancellationToken cancellationToken)
    {
        var items = new List<JsonNode?>();
        string? cursor = null;
        for (var page = 0; page < MostPages && items.Count < MostTools; page++)
        {
            var from = cursor is null ? new JsonObject() : new JsonObject { ["cursor"] = cursor };
            var asked = new JsonRpcRequest { Method = RequestMethods.ToolsList, Params = from };
            if ((await client.SendRequestAsync(asked, cancellationToken)).Result is not JsonObject answer
                || answer["tools"] is not JsonArray tools)
                throw new McpException("The server's answer is no list of tools.");
            items.AddRange(tools);
            var next = answer["nextCursor"] is JsonValue value && value.TryGetValue(out string? text) ? text : null;
            if (string.IsNullOrEmpty(next) || next == cursor)
                break;
            cursor = next;
        }
        return Of(items.Take(MostTools));
    }

    public static McpListing Of(IEnumerable<JsonNode?> items)
    {
        var tools = new List<McpListed>();
        var leftOut = new List<string>();
        foreach (var item in items)
        {
            var name = Text(item, "name");
            if (name.Length == 0)
                leftOut.Add("a tool without a name");
            else if (tools.Exists(tool => tool.Name == name))
                leftOut.Add($"{name} (it is named twice)");
            else if (McpSchema.Mended((item as JsonObject)?["inputSchema"]) is { } schema)
                tools.Add(new McpListed(name, Text(item, "description"), schema));
            else
                leftOut.Add($"{name} (its inputSchema describes no object, or is too long)");
        }
        return new McpListing(tools, leftOut);
    }

    private static string Text(JsonNode? item, string name) =>
        (item as JsonObject)?[name] is JsonValue value && value.TryGetValue(out string? text) ? text : "";
}
