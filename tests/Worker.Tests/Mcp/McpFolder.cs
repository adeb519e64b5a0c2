using System.Text.Json.Nodes;
using Koda.Worker.Mcp;
using Koda.Worker.Session;
using Koda.Worker.Tests.Tools;
using Koda.Worker.Tools;

namespace Koda.Worker.Tests.Mcp;

/// <summary>A worker's data folder with an <c>mcp.json</c>, a workspace, and the servers that they name.</summary>
internal sealed class McpFolder : IAsyncDisposable
{
    // A server over standard input and output, as small as the protocol allows.
    private const string Program =
        """
        import json, os, subprocess, sys
        names = ["say"]
        for line in sys.stdin:
            call = json.loads(line)
            if "id" not in call:
                continue
            if call["method"] == "initialize":
                result = {"protocolVersion": call["params"]["protocolVersion"], "capabilities": {"tools": {"listChanged": True}}, "serverInfo": {"name": "test", "version": "1"}}
            elif call["method"] == "tools/list":
                schema = {"type": "object", "properties": {"text": {"type": "string"}}}
                result = {"tools": [{"name": name, "description": "Says it.", "inputSchema": schema} for name in names]}
            elif call["method"] == "tools/call":
                said = call["params"]["arguments"].get("text", "")
                if said == "die":
                    sys.exit(1)
                if said == "grow":
                    names.append("shout")
                    print(json.dumps({"jsonrpc": "2.0", "method": "notifications/tools/list_changed"}), flush=True)
                if said.startswith("sh "):
                    said = subprocess.run(said[3:], shell=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True).stdout
                text = {"environment": ",".join(sorted(os.environ)), "pid": str(os.getpid())}.get(said, f"{said} in {os.getcwd()}")
                result = {"content": [{"type": "text", "text": text}], "isError": said == "fail"}
            else:
                print(json.dumps({"jsonrpc": "2.0", "id": call["id"], "error": {"code": -32601, "message": "unknown"}}), flush=True)
                continue
            print(json.dumps({"jsonrpc": "2.0", "id": call["id"], "result": result}), flush=True)
        """;

    private readonly HttpClient _web = new(new OutgoingConnections(allowLocal: true).CreateHandler(TimeSpan.FromSeconds(10)))
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };
    private readonly string _program;

    public McpFolder(bool trustProjects = false, Sandbox? sandbox = null)
    {
        _program = Path.Combine(Place.Outside, "server.py");
        File.WriteAllText(_program, Program);
        var options = new WorkerOptions
        {
            ServerUrl = new Uri("http://unused"),
            Token = "token",
            DataDirectory = Data,
            TrustProjectServers = trustProjects,
        };
        Servers = new McpServers(options, sandbox ?? Sandbox.Off("A test without one."), _web, Time, Log);
    }

    public TempWorkspace Place { get; } = new();

    public StepTime Time { get; } = new();

    public McpServers Servers { get; }

    /// <summary>What was logged.</summary>
    public HeardLog Log { get; } = new();

    public string Data => Place.Outside;

    public Workspace Workspace => Place.Context.Workspace;

    /// <summary>A server that runs, with further settings.</summary>
    public JsonObject Running(params (string Name, JsonNode Value)[] settings)
    {
        var server = new JsonObject { ["command"] = "python3", ["args"] = new JsonArray(_program) };
        foreach (var (name, value) in settings)
            server[name] = value;
        return server;
    }

    /// <summary>Names the worker's own servers, or those of the workspace's project.</summary>
    public void Name(JsonObject servers, bool isProject = false) =>
        NameText(new JsonObject { ["mcpServers"] = servers }.ToJsonString(), isProject);

    public void NameText(string text, bool isProject = false)
    {
        var file = Path.Combine(isProject ? Directory.CreateDirectory(Path.Combine(Place.Root, ".koda")).FullName : Data, McpFile.Name);
        File.WriteAllText(file, text);
    }

    /// <summary>What a tool says.</summary>
    public async Task<string> Say(ITool tool, string text) =>
        (await Place.Run(tool, new JsonObject { ["text"] = text }.ToJsonString())).Text;

    public async ValueTask DisposeAsync()
    {
        await Servers.DisposeAsync();
        _web.Dispose();
        Place.Dispose();
    }
}
