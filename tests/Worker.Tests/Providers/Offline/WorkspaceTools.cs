using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Koda.Worker.Providers;

namespace Koda.Worker.Tests.Providers.Offline;

/// <summary>The reading tools over a folder, or over files in memory, with the result formats of the real ones.</summary>
internal sealed class WorkspaceTools
{
    private static readonly string[] s_names = ["list", "glob", "grep", "read"];

    private readonly SortedDictionary<string, string> _files = new(StringComparer.Ordinal);

    public IReadOnlyList<ToolDefinition> Definitions { get; init; } = [.. s_names.Select(name => new ToolDefinition(name, name, [], ReadOnly: true))];

    /// <summary>The calls that were made.</summary>
    public List<ToolCallBlock> Calls { get; } = [];

    public static WorkspaceTools Of(params (string Path, string Text)[] files)
    {
        var tools = new WorkspaceTools();
        foreach (var (path, text) in files)
            tools._files[path] = text;
        return tools;
    }

    public static WorkspaceTools OfFolder(string folder)
    {
        var tools = new WorkspaceTools();
        foreach (var path in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            var shown = Path.GetRelativePath(folder, path);
            if (!shown.Split('/').Contains("node_modules"))
                tools._files[shown] = File.ReadAllText(path);
        }
        return tools;
    }

    /// <summary>Runs a task to its last answer, as the agent loop would.</summary>
    public async Task<string> RunAsync(IModelProvider provider, string query)
    {
        var messages = new List<ModelMessage> { ModelMessage.User(query) };
        for (var step = 0; step < 10; step++)
        {
            var request = new ModelRequest { Model = "offline", Messages = messages, Tools = Definitions };
            var message = (await provider.CollectAsync(request)).Finished.Message;
            messages.Add(message);
            if (!message.ToolCalls.Any())
                return message.Text;
            foreach (var call in message.ToolCalls)
            {
                Calls.Add(call);
                messages.Add(ModelMessage.ToolResult(call.CallId, call.Tool, Run(call), isError: false));
            }
        }
        throw new InvalidOperationException("The provider never came to an end.");
    }

    private string Run(ToolCallBlock call)
    {
        var arguments = JsonNode.Parse(call.Arguments)!.AsObject();
        return call.Tool switch
        {
            "list" => string.Join('\n', _files.Keys.Select(path => path.Split('/')[0]).Distinct()),
            "glob" => string.Join('\n', _files.Keys),
            "grep" => Grep(arguments),
            "read" => Read(arguments),
            _ => throw new InvalidOperationException($"There is no tool {call.Tool}."),
        };
    }

    private string Grep(JsonObject arguments)
    {
        // Without backtracking the engine takes what every grep takes: no look-around, no back-references.
        var options = RegexOptions.NonBacktracking | (arguments["ignore_case"]?.GetValue<bool>() == true ? RegexOptions.IgnoreCase : RegexOptions.None);
        var pattern = new Regex(arguments["pattern"]!.GetValue<string>(), options);
        var max = arguments["max_results"]!.GetValue<int>();
        var lines = _files.SelectMany(file => file.Value.Split('\n').Select((text, index) => (file.Key, Line: index + 1, Text: text.TrimEnd('\r'))))
            .Where(line => pattern.IsMatch(line.Text.Length > 400 ? line.Text[..400] : line.Text))
            .Take(max)
            .Select(line => $"{line.Key}:{line.Line}:{(line.Text.Length > 400 ? line.Text[..400] : line.Text)}");
        return string.Join('\n', lines) is { Length: > 0 } found ? found : "(no match)";
    }

    private string Read(JsonObject arguments)
    {
        var text = new StringBuilder();
        var lines = _files[arguments["path"]!.GetValue<string>()].Split('\n');
        var offset = arguments["offset"]!.GetValue<int>();
        for (var number = offset; number < Math.Min(offset + arguments["limit"]!.GetValue<int>(), lines.Length + 1); number++)
            text.Append(number).Append('\t').Append(lines[number - 1].TrimEnd('\r')).Append('\n');
        return text.ToString();
    }
}
