using System.Text.Json.Nodes;
using Koda.Contract.Tests.Runtime;
using Koda.Testing.Hosting;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Koda.Contract.Tests.Journeys;

/// <summary>Models and tools that misbehave. The task ends clearly, and everything else goes on.</summary>
public sealed class HostileTests(WorkingKodaFixture koda) : IClassFixture<WorkingKodaFixture>, IAsyncLifetime
{
    private const string AllowAll = """[{"tool":"*","action":"allow"}]""";
    private const string Secret = "the-content-of-a-file-outside";

    private readonly DirectoryInfo _outside = Directory.CreateTempSubdirectory("koda-hostile-");

    private KodaHost Host => koda.Host;

    private string Workspace => Path.Combine(_outside.FullName, "workspace");

    public async Task InitializeAsync()
    {
        Directory.CreateDirectory(Workspace);
        await File.WriteAllTextAsync(Path.Combine(_outside.FullName, "secret.txt"), Secret);
        File.CreateSymbolicLink(Path.Combine(Workspace, "link"), _outside.FullName);
    }

    public Task DisposeAsync()
    {
        _outside.Delete(recursive: true);
        return Host.StillServes();
    }

    [Theory]
    [InlineData("dots", "read", "../secret.txt")]
    [InlineData("deep-dots", "read", "a/../../secret.txt")]
    [InlineData("absolute", "read", "/etc/passwd")]
    [InlineData("symlink", "read", "link/secret.txt")]
    [InlineData("write-dots", "write", "../written.txt")]
    [InlineData("write-symlink", "write", "link/written.txt")]
    public async Task A_path_out_of_the_workspace_is_refused_and_recorded(string agent, string tool, string path)
    {
        var arguments = new JsonObject { ["path"] = path };
        if (tool == "write")
            arguments["content"] = "x";
        await using var model = await ScriptedModel.Start(
            ModelTurn.Call("call_1", tool, arguments.ToJsonString()), ModelTurn.Say("Refused."));
        await Host.Define(agent, model, tools: """["read","write"]""", permissions: AllowAll);
        var task = await Host.SubmitIn(Workspace, agent, "Read it.");

        var ended = await Host.Follow(task);

        Assert.Equal(("completed", "Refused."), (ended.At("status"), ended.At("output")));
        var call = Assert.Single(await Host.Steps(task, "tool_call"));
        Assert.Equal("error", call.At("status"));
        Assert.DoesNotContain(model.Requests, request => request.ToJsonString().Contains(Secret, StringComparison.Ordinal));
        Assert.False(File.Exists(Path.Combine(_outside.FullName, "written.txt")));
        var record = Assert.Single(await Host.Steps(task, "audit_event"))["audit_event"]!;
        Assert.Equal(
            ("security.path_refused", tool, path), (record.At("kind"), record.At("payload", "tool"), record.At("payload", "path")));
    }

    [Fact]
    public async Task A_tool_that_prints_a_gigabyte_is_cut_and_the_agent_goes_on()
    {
        await using var model = await ScriptedModel.Start(
            ModelTurn.Call("call_1", "bash", """{"command":"yes 0123456789abcdef 2>/dev/null | head -c 1073741824; echo the-end"}"""),
            ModelTurn.Say("Much."));
        await Host.Define("printer", model, tools: """["bash"]""", permissions: AllowAll);
        var task = await Host.SubmitIn(Workspace, "printer", "Print.");

        var ended = await Host.Follow(task);

        Assert.True(ended.At("status") == "completed", ended.ToJsonString());
        var result = Assert.Single(await Host.Steps(task, "tool_call")).At("tool_call", "result");
        Assert.Contains("left out", result, StringComparison.Ordinal);
        Assert.EndsWith("the-end\n(exit code 0)", result, StringComparison.Ordinal);
        Assert.InRange(result.Length, 1, 64 * 1024);
        var events = await Host.Rest.Get($"{TaskCalls.Tasks}/{task}/events?limit=1000");
        Assert.InRange(events.Text.Length, 1, 2 * 1024 * 1024);
    }

    [Fact]
    public async Task Text_that_cannot_be_stored_stalls_no_task_whoever_wrote_it()
    {
        await using var model = await ScriptedModel.Start(
            ModelTurn.Call("call_1", "bash", """{"command":"printf 'a\\000b\\377\\355\\240\\200c'"}"""),
            ModelTurn.Call("call_2", "bash", """{"command":"echo \u0000"}"""),
            ModelTurn.Call("call_3", "read", """{"path":"\ud800"}"""),
            ModelTurn.Call("call_4", "read", """{"\udc00":"x"}"""),
            ModelTurn.Say("Done\0."));
        await Host.Define("binary", model, tools: """["bash","read"]""", permissions: AllowAll, retry: """{"max_attempts":1}""");
        var task = await Host.SubmitIn(Workspace, "binary", "Print.");

        var ended = await Host.Follow(task);

        Assert.True(ended.At("status") == "completed", ended.ToJsonString());
        Assert.Equal("Done\uFFFD.", ended.At("output"));
        var calls = await Host.Steps(task, "tool_call");
        Assert.Equal(["ok", "error", "error", "error"], calls.Select(call => call.At("status")));
        Assert.StartsWith("a\uFFFDb\uFFFD", calls[0].At("tool_call", "result"), StringComparison.Ordinal);
        Assert.Equal(200, (await Host.Rest.Get($"{TaskCalls.Tasks}/{task}/events?limit=1000")).Status);
    }

    [Fact]
    public async Task A_tool_that_never_ends_is_killed_in_time()
    {
        await using var model = await ScriptedModel.Start(
            ModelTurn.Call("call_1", "bash", """{"command":"echo begun; sleep 3600"}"""), ModelTurn.Say("It hung."));
        await Host.Define("waiter", model, tools: """["bash"]""", permissions: AllowAll, limits: """{"command_timeout_seconds":1}""");
        var task = await Host.SubmitIn(Workspace, "waiter", "Wait.");

        var ended = await Host.Follow(task);

        Assert.Equal("completed", ended.At("status"));
        var call = Assert.Single(await Host.Steps(task, "tool_call"));
        Assert.Equal(("error", "begun\n(killed after 1 seconds)"), (call.At("status"), call.At("tool_call", "result")));
    }

    [Theory]
    [InlineData("garbage-page", 400, "<html>not an API</html>", "provider.invalid_request")]
    [InlineData("garbage-key", 401, """{"error":{"message":"Incorrect API key provided"}}""", "provider.credential_invalid")]
    [InlineData(
        "garbage-stream", 200, "data: {\"choices\":[{\"delta\":{\"content\":", "provider.malformed_response", "provider.stream_cut")]
    public async Task A_provider_that_sends_garbage_fails_its_task_alone(string agent, int status, string body, params string[] codes)
    {
        await using var garbage = await ScriptedModel.Start((context, _) =>
        {
            context.Response.StatusCode = status;
            context.Response.ContentType = status == StatusCodes.Status200OK ? "text/event-stream" : "application/json";
            return context.Response.WriteAsync(body, context.RequestAborted);
        });
        await using var good = await ScriptedModel.Start(ModelTurn.Say("Fine."));
        await Host.Define(agent, garbage, retry: """{"max_attempts":1}""");
        await Host.Define("good", good);
        var bad = await Host.SubmitIn(Workspace, agent, "Hello.");

        var fine = await Host.Follow(await Host.SubmitIn(Workspace, "good", "Hello."));
        var ended = await Host.Follow(bad);

        Assert.Equal("completed", fine.At("status"));
        Assert.Equal("failed", ended.At("status"));
        Assert.Contains(ended.At("error", "code"), codes);
        Assert.NotEqual("", ended.At("error", "message"));
        Assert.Equal("", ended.At("output"));
        Assert.All(await Host.Steps(bad, "provider_call"), call => Assert.Contains(call.At("provider_call", "error", "code"), codes));
    }

    [Fact]
    public async Task A_call_of_a_tool_that_is_not_there_or_of_wrong_arguments_is_told_to_the_model()
    {
        await using var model = await ScriptedModel.Start(
            ModelTurn.Call("call_1", "teleport", "{}"),
            ModelTurn.Call("call_2", "read", """{"file":7}"""),
            ModelTurn.Call("call_3", "read", "{not json"),
            ModelTurn.Say("I give up."));
        await Host.Define("confused", model, tools: """["read"]""");
        var task = await Host.SubmitIn(Workspace, "confused", "Read.");

        var ended = await Host.Follow(task);

        Assert.Equal("completed", ended.At("status"));
        var calls = await Host.Steps(task, "tool_call");
        Assert.All(calls, call => Assert.Equal("error", call.At("status")));
        Assert.Equal(3, calls.Count);
        Assert.Contains("There is no tool 'teleport'", calls[0].At("tool_call", "result"), StringComparison.Ordinal);
    }
}
