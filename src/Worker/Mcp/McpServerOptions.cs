using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using Koda.Worker.Tools;

namespace Koda.Worker.Mcp;

/// <summary>
/// A server of tools: a program of this machine, or an address. In every text <c>${workspace}</c> stands for the workspace and
/// <c>${NAME}</c> for a variable of the worker's own environment.
/// </summary>
/// <param name="Command">The program. Null: the server has an address.</param>
/// <param name="Args">The program's arguments.</param>
/// <param name="Env">Variables that the program gets beside the clean environment.</param>
/// <param name="Cwd">The directory in which the program works. Null: that of the file that names it, or the workspace when a project
/// does.</param>
/// <param name="Url">The address.</param>
/// <param name="Headers">Headers for the address.</param>
/// <param name="Disabled">Whether the server is left out.</param>
/// <param name="Network">Whether the program reaches the network from its sandbox, by the worker's own file.</param>
/// <param name="Sandbox">False: the program runs without a sandbox. Only the worker's own file can say so.</param>
/// <param name="Read">Further absolute paths that the program can read from its sandbox, by the worker's own file.</param>
/// <param name="Write">Further absolute paths that it can change, by the worker's own file.</param>
internal sealed partial record McpServerOptions(
    string? Command = null,
    IReadOnlyList<string>? Args = null,
    IReadOnlyDictionary<string, string>? Env = null,
    string? Cwd = null,
    string? Url = null,
    IReadOnlyDictionary<string, string>? Headers = null,
    bool Disabled = false,
    bool Network = false,
    bool? Sandbox = null,
    IReadOnlyList<string>? Read = null,
    IReadOnlyList<string>? Write = null)
{
    /// <summary>The same without placeholders. Two that are equal then can be one running server.</summary>
    /// <param name="workspace">The workspace.</param>
    /// <param name="directory">Where a program works that does not say.</param>
    public McpServerOptions Filled(Workspace workspace, string directory)
    {
        return this with
        {
            Command = Command is null ? null : Fill(Command),
            Args = [.. (Args ?? []).Select(Fill)],
            Env = FillAll(Env),
            Cwd = Path.GetFullPath(Fill(Cwd ?? directory), directory),
            Url = Url is null ? null : Fill(Url),
            Headers = FillAll(Headers),
            Read = [.. (Read ?? []).Select(Fill)],
            Write = [.. (Write ?? []).Select(Fill)],
        };

        Dictionary<string, string> FillAll(IReadOnlyDictionary<string, string>? values) =>
            (values ?? new Dictionary<string, string>()).ToDictionary(value => value.Key, value => Fill(value.Value));

        string Fill(string text) =>
            Placeholder()
                .Replace(text, match =>
                    match.Groups[1].Value == "workspace" ? workspace.Root : Environment.GetEnvironmentVariable(match.Groups[1].Value) ?? ""
                );
    }

    /// <summary>Whether some text of it stands for the workspace.</summary>
    [JsonIgnore]
    public bool NamesWorkspace => new[] { Command, Cwd }.Concat(Args ?? []).Concat(Env?.Values ?? []).Concat(Read ?? []).Concat(Write ?? [])
        .Any(text => text?.Contains("${workspace}", StringComparison.Ordinal) ?? false);

    [GeneratedRegex(@"\$\{(\w+)\}")]
    private static partial Regex Placeholder();
}
