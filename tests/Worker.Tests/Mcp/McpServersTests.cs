using System.Globalization;
using System.Text.Json.Nodes;
using Koda.Testing;
using Koda.Worker.Mcp;
using Koda.Worker.Tests.Tools;
using Koda.Worker.Tools;
using Xunit;

namespace Koda.Worker.Tests.Mcp;

public sealed class McpServersTests : IAsyncLifetime
{
    private readonly McpFolder _folder = new();

    private McpServers Servers => _folder.Servers;

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => _folder.DisposeAsync().AsTask();

    [Fact]
    public async Task The_tools_of_a_server_are_the_agents_under_its_name_and_a_broken_server_is_left_out()
    {
        _folder.Name(new JsonObject
        {
            ["my server"] = _folder.Running(("cwd", "${workspace}")),
            ["broken"] = new JsonObject { ["command"] = "/no/such/program" },
            ["off"] = new JsonObject { ["command"] = "/no/such/program", ["disabled"] = true },
        });

        using var use = await Servers.Use(_folder.Workspace, CancellationToken.None);

        var tool = Assert.Single(use.Tools);
        Assert.Equal("mcp__my_server__say", tool.Definition.Name);
        Assert.False(tool.Definition.ReadOnly);
        Assert.Equal($"hello in {_folder.Place.Root}", await _folder.Say(tool, "hello"));
        Assert.True((await _folder.Place.Run(tool, """{"text": "fail"}""")).IsError);
        Assert.NotNull(new Toolbox(use.Tools, ["mcp__*"]).Find("mcp__my_server__say"));
        Assert.Empty(new Toolbox(use.Tools, ["mcp__other__*"]).Definitions);
        Assert.Equal(["broken: not active, 0", "my server: active, 1", "off: off, 0"], States());
    }

    [Fact]
    public async Task A_server_gets_a_clean_environment_and_what_it_was_given()
    {
        Environment.SetEnvironmentVariable("KODA_TEST_MCP_SECRET", "sk-1");
        _folder.Name(new JsonObject { ["one"] = _folder.Running(("env", new JsonObject { ["GIVEN"] = "1" })) });
        using var use = await Servers.Use(_folder.Workspace, CancellationToken.None);

        var names = (await _folder.Say(Assert.Single(use.Tools), "environment")).Split(',');

        Assert.Contains("GIVEN", names);
        Assert.DoesNotContain("KODA_TEST_MCP_SECRET", names);
    }

    [Fact]
    public async Task A_file_that_cannot_be_read_names_no_server()
    {
        _folder.NameText("{not json");
        using var use = await Servers.Use(_folder.Workspace, CancellationToken.None);
        Assert.Empty(use.Tools);
    }

    [Fact]
    public async Task A_server_runs_once_for_all_attempts_and_one_that_names_the_workspace_once_in_each()
    {
        using var elsewhere = new TempWorkspace();
        _folder.Name(new JsonObject { ["shared"] = _folder.Running(), ["local"] = _folder.Running(("cwd", "${workspace}")) });

        var first = await Pids(_folder.Workspace);
        var second = await Pids(_folder.Workspace);
        var other = await Pids(elsewhere.Context.Workspace);

        Assert.Equal(first, second);
        Assert.Equal(first["mcp__shared__say"], other["mcp__shared__say"]);
        Assert.NotEqual(first["mcp__local__say"], other["mcp__local__say"]);
    }

    [Fact]
    public async Task A_server_that_says_that_its_tools_changed_is_asked_for_them()
    {
        _folder.Name(new JsonObject { ["one"] = _folder.Running() });
        using var use = await Servers.Use(_folder.Workspace, CancellationToken.None);

        await _folder.Say(Assert.Single(use.Tools), "grow");
        await Eventually.IsTrue(() => Task.FromResult(States().Single() == "one: active, 2"), "its tools are asked for");

        using var next = await Servers.Use(_folder.Workspace, CancellationToken.None);
        Assert.Equal(["mcp__one__say", "mcp__one__shout"], next.Tools.Select(tool => tool.Definition.Name));
    }

    [Fact]
    public async Task A_server_that_died_is_started_again_by_the_next_call()
    {
        _folder.Name(new JsonObject { ["one"] = _folder.Running() });
        using var use = await Servers.Use(_folder.Workspace, CancellationToken.None);
        var tool = Assert.Single(use.Tools);
        var before = await _folder.Say(tool, "pid");

        await Assert.ThrowsAsync<ToolException>(() => _folder.Say(tool, "die"));
        await Eventually.IsTrue(() => Task.FromResult(States().Single() == "one: not active, 0"), "its end is noticed");
        var after = await _folder.Say(tool, "pid");

        Assert.NotEqual(before, after);
        Assert.Equal(["one: active, 1"], States());
    }

    [Fact]
    public async Task A_server_that_nobody_uses_ends_after_a_while_and_counts_as_active()
    {
        _folder.Name(new JsonObject { ["one"] = _folder.Running() });
        var use = await Servers.Use(_folder.Workspace, CancellationToken.None);
        var pid = await _folder.Say(use.Tools[0], "pid");

        _folder.Time.Pass(McpServers.Idle);
        Assert.Equal(pid, await _folder.Say(use.Tools[0], "pid"));
        use.Dispose();
        _folder.Time.Pass(McpServers.Idle);

        await Eventually.IsTrue(() => Task.FromResult(!Directory.Exists($"/proc/{pid}")), "the program ends");
        Assert.Equal(["one: active, 1"], States());
        Assert.NotEqual(pid, (await Pids(_folder.Workspace)).Values.Single());
    }

    [Fact]
    public async Task A_server_that_did_not_start_is_left_alone_for_a_while_unless_a_refresh_asks_for_it()
    {
        var starts = Path.Combine(_folder.Data, "starts");
        _folder.Name(
            new JsonObject
            {
                ["broken"] = new JsonObject { ["command"] = "sh", ["args"] = new JsonArray("-c", $"echo >> '{starts}'; exit 1") },
            });
        async Task<int> StartsAfter(Func<Task> look)
        {
            await look();
            return (await File.ReadAllLinesAsync(starts)).Length;
        }

        Assert.Equal(1, await StartsAfter(() => Pids(_folder.Workspace)));
        Assert.Equal(1, await StartsAfter(() => Pids(_folder.Workspace)));
        Assert.Equal(2, await StartsAfter(() => Servers.Refresh(CancellationToken.None)));
        _folder.Time.Pass(McpServer.Rebound);
        Assert.Equal(3, await StartsAfter(() => Pids(_folder.Workspace)));
    }

    [Fact]
    public async Task A_refresh_reads_the_file_again_and_starts_what_is_new()
    {
        var changes = 0;
        Servers.Changed += () => Interlocked.Increment(ref changes);
        _folder.Name(new JsonObject { ["one"] = _folder.Running() });
        await Servers.Refresh(CancellationToken.None);
        var before = (States(), changes);

        _folder.Name(new JsonObject { ["two"] = _folder.Running(), ["three"] = _folder.Running() });
        await Servers.Refresh(CancellationToken.None);
        var after = (States(), changes);
        await Servers.Refresh(CancellationToken.None);

        Assert.Equal(["one: active, 1"], before.Item1);
        Assert.Equal(["three: active, 1", "two: active, 1"], after.Item1);
        Assert.True(after.changes > before.changes);
        Assert.Equal(after.changes, changes);
    }

    private string[] States() =>
        [
            .. Servers
                .Report()
                .Servers.Select(server =>
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{server.Name}: {(!server.Enabled ? "off" : server.Active ? "active" : "not active")}, {server.Tools}")),
        ];

    private async Task<Dictionary<string, string>> Pids(Workspace workspace)
    {
        using var use = await Servers.Use(workspace, CancellationToken.None);
        var pids = new Dictionary<string, string>();
        foreach (var tool in use.Tools)
            pids[tool.Definition.Name] = await _folder.Say(tool, "pid");
        return pids;
    }
}
