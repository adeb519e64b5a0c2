using System.Text.Json;
using System.Text.Json.Serialization;

namespace Koda.Worker.Mcp;

/// <summary>A server of tools: a program of this machine, or an address.</summary>
/// <param name="Command">The program. Null: the server has an address.</param>
/// <param name="Args">The program's arguments.</param>
/// <param name="Env">Variables that the program gets beside the clean environment; <c>${NAME}</c> stands for one of the worker's own.</param>
/// <param name="Url">The address.</param>
/// <param name="Headers">Headers for the address, with the same placeholders.</param>
/// <param name="Disabled">Whether the server is left out.</param>
internal sealed record McpServerOptions(
    string? Command = null, IReadOnlyList<string>? Args = null, IReadOnlyDictionary<string, string>? Env = null, Uri? Url = null,
    IReadOnlyDictionary<string, string>? Headers = null, bool Disabled = false);

/// <summary>The file that names servers of tools: <c>{"mcpServers": {"name": {"command": …} or {"url": …}}}</c>.</summary>
internal sealed record McpFile([property: JsonPropertyName("mcpServers")] IReadOnlyDictionary<string, McpServerOptions>? Servers)
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        ReadCommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
    };

    /// <summary>The servers of a file; none when it is not there.</summary>
    /// <exception cref="JsonException">The file cannot be read.</exception>
    public static IReadOnlyDictionary<string, McpServerOptions> Read(string? path) =>
        path is not null && File.Exists(path) && JsonSerializer.Deserialize<McpFile>(File.ReadAllText(path), Json)?.Servers is { } servers
            ? servers.Where(server => !server.Value.Disabled).ToDictionary()
            : new Dictionary<string, McpServerOptions>();
}
