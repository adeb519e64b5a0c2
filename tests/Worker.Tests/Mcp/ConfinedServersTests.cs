using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Koda.Worker.Tests.Tools;
using Xunit;

namespace Koda.Worker.Tests.Mcp;

/// <summary>What the programs of servers of tools see and reach.</summary>
public sealed class ConfinedServersTests : IAsyncLifetime
{
    private readonly McpFolder _folder;
    private readonly string _token;

    public ConfinedServersTests()
    {
        _folder = new McpFolder(trustProjects: true, TestSandbox.Here);
        _token = Path.Combine(_folder.Data, "operator.token");
        File.WriteAllText(_token, "a secret");
        File.WriteAllText(Path.Combine(_folder.Place.Root, "plain"), "to be seen");
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => _folder.DisposeAsync().AsTask();

    [SandboxFact]
    public async Task A_server_sees_its_program_and_not_the_data_directory_nor_the_workspace_nor_the_network()
    {
        _folder.Name(new JsonObject { ["one"] = _folder.Running() });
        Assert.DoesNotContain(
            "a secret", await Shell($"cat {_token}; cat {_folder.Place.Outside}/operator.token /proc/*/root{_token}"));
        Assert.DoesNotContain("to be seen", await Shell($"cat {_folder.Place.Root}/plain"));
        Assert.DoesNotContain("reached", await Connect());
        Assert.Contains("CapEff:\t0000000000000000", await Shell("cat /proc/self/status"));
        Assert.Contains("made", await Shell("echo made > here; cat here"));
    }

    [SandboxFact]
    public async Task A_server_that_names_the_workspace_works_in_it_but_changes_nothing_that_runs_later()
    {
        _folder.Name(new JsonObject { ["one"] = _folder.Running(("cwd", "${workspace}")) });
        Assert.Contains("to be seen", await Shell("cat plain; echo made > made; mkdir -p .koda && echo '{}' > .koda/mcp.json"));
        Assert.Equal("made\n", _folder.Place.Read("made"));
        Assert.False(File.Exists($"{_folder.Place.Root}/.koda/mcp.json"));
    }

    [SandboxFact]
    public async Task A_server_reaches_the_network_and_more_files_when_its_owner_says_so()
    {
        var more = Directory.CreateDirectory($"{_folder.Place.Root}/more").FullName;
        File.WriteAllText($"{more}/x", "to be read");
        _folder.Name(new JsonObject { ["one"] = _folder.Running(("network", true), ("read", new JsonArray(more))) });
        Assert.Contains("reached", await Connect());
        Assert.Contains("to be read", await Shell($"cat {more}/x"));
        Assert.Contains("Read-only", await Shell($"echo y > {more}/x"));
    }

    [SandboxFact]
    public async Task A_server_runs_without_a_sandbox_only_when_the_owners_file_says_so()
    {
        _folder.Name(new JsonObject { ["one"] = _folder.Running(("sandbox", false)) });
        Assert.Contains("a secret", await Shell($"cat {_token}"));

        var script = _folder.Place.Write("server.py", File.ReadAllText(Path.Combine(_folder.Data, "server.py")));
        var project = new JsonObject
        {
            ["command"] = "python3",
            ["args"] = new JsonArray(script),
            ["sandbox"] = false,
            ["network"] = true,
            ["read"] = new JsonArray(_token),
        };
        _folder.Name(new JsonObject { ["theirs"] = project }, isProject: true);
        Assert.DoesNotContain("a secret", await Shell($"cat {_token}", "mcp__theirs__say"));
        Assert.Contains("to be seen", await Shell("cat plain", "mcp__theirs__say"));
        Assert.DoesNotContain("reached", await Connect("mcp__theirs__say"));
    }

    [SandboxTheory]
    [InlineData("echo 'no such thing' >&2; exit 3", "no such thing")]
    [InlineData("exec /no/such/program", "/no/such/program")]
    public async Task A_server_that_ends_at_its_start_is_given_up_then_and_the_log_says_what_it_said(string script, string said)
    {
        _folder.Name(new JsonObject { ["one"] = new JsonObject { ["command"] = "sh", ["args"] = new JsonArray("-c", script) } });
        var start = Stopwatch.GetTimestamp();

        using var use = await _folder.Servers.Use(_folder.Workspace, CancellationToken.None);

        Assert.Empty(use.Tools);
        // One that is silent is waited for longer than this.
        Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(29));
        Assert.Contains(_folder.Log.Lines, line => line.Contains(said, StringComparison.Ordinal));
    }

    [SandboxFact]
    public async Task A_program_that_the_sandbox_does_not_show_is_named_in_the_log()
    {
        _folder.Name(new JsonObject { ["one"] = new JsonObject { ["command"] = "/no/such/program" } });

        using var use = await _folder.Servers.Use(_folder.Workspace, CancellationToken.None);

        Assert.Empty(use.Tools);
        Assert.Contains(_folder.Log.Lines, line => line.Contains("/no/such/program", StringComparison.Ordinal));
    }

    private async Task<string> Connect(string tool = "mcp__one__say")
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return await Shell(
            $"python3 -c \"import socket; socket.create_connection(('127.0.0.1', {((IPEndPoint)listener.LocalEndpoint).Port}), 5); print('reached')\"",
            tool);
    }

    private async Task<string> Shell(string command, string tool = "mcp__one__say")
    {
        using var use = await _folder.Servers.Use(_folder.Workspace, CancellationToken.None);
        return await _folder.Say(use.Tools.Single(found => found.Definition.Name == tool), $"sh {command}");
    }
}
