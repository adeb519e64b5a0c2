using System.Text.Json;
using System.Text.Json.Serialization;

namespace Koda.Worker.Mcp;

/// <summary>The file that names servers of tools: <c>{"mcpServers": {"name": {"command": …} or {"url": …}}}</c>.</summary>
internal sealed record McpFile([property: JsonPropertyName("mcpServers")] IReadOnlyDictionary<string, McpServerOptions>? Servers)
{
    /// <summary>What the file is called in the worker's data folder.</summary>
    public const string Name = "mcp.json";

    private static readonly JsonSerializerOptions s_json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        ReadCommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
    };

    /// <summary>The servers of a file, those that are switched off too; none when it is not there.</summary>
    /// <exception cref="JsonException">The file cannot be read.</exception>
    public static IReadOnlyDictionary<string, McpServerOptions> Read(string path) =>
        File.Exists(path) && JsonSerializer.Deserialize<McpFile>(File.ReadAllText(path), s_json)?.Servers is { } servers
            ? servers
            : new Dictionary<string, McpServerOptions>();
}
