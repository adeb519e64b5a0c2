using Koda.Contract.Tests.ControlPlane;
using Koda.Contract.Tests.Journeys;
using Koda.Contract.Tests.Runtime;
using Koda.Testing.Hosting;
using Xunit;

namespace Koda.Contract.Tests;

/// <summary>The documented examples, those of the published API verbatim but for host and credential, against a server.</summary>
public sealed class ExampleTests(KodaFixture koda) : IClassFixture<KodaFixture>
{
    private KodaHost Host => koda.Host;

    [Theory]
    [InlineData("runtime/readiness.http")]
    [InlineData("runtime/agents.http")]
    [InlineData("runtime/tasks.http")]
    [InlineData("control-plane/agents.http")]
    [InlineData("control-plane/onboarding.http")]
    [InlineData("control-plane/audit.http")]
    [InlineData("control-plane/providers.http")]
    [InlineData("control-plane/connections.http")]
    [InlineData("control-plane/skills.http")]
    [InlineData("control-plane/secrets.http")]
    [InlineData("control-plane/system-settings.http")]
    [InlineData("code/config.http")]
    public async Task Every_example_is_answered_as_it_says(string file) => await SendAll(file, ("task_id", await Host.Submit()));

    [Fact]
    public async Task The_published_submission_is_answered_as_published()
    {
        var reply = await Host.Rest.Post(TaskCalls.Tasks, """
            {
            "agent_id": "atlas",
            "query": "Audit the auth service for CSP violations.",
            "metadata": { "source": "operator" }
            }
            """);

        Assert.Equal(202, reply.Status);
        Assert.Matches("^tsk_[0-9a-z]+$", reply["id"]);
        Assert.Equal(("atlas", "queued"), (reply["agent_id"], reply["status"]));
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$", reply["created_at"]);
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$", reply["updated_at"]);
        Assert.Equal("""{"source":"operator"}""", reply.Json["metadata"]!.ToJsonString());
        Assert.True(reply.Json.AsObject().ContainsKey("output"));
        Assert.Null(reply.Json["output"]);
    }

    [Fact]
    public async Task The_examples_of_approvals_are_answered_as_they_say()
    {
        await using var model = await ScriptedModel.Start(
            ModelTurn.Call("call_1", "write", """{"path":"note.txt","content":"hello"}"""), ModelTurn.Say("Done."));
        await Host.Define("asker", model, tools: """["write"]""");
        Host.StartWorker(options => options with { AgentIds = ["asker"] });
        var task = await Host.Submit("asker", "Write a note.");
        await Host.Reach(task, "approval.requested");
        var pending = await Host.Rest.Get($"/api/runtime/approvals?task_id={task}");

        await SendAll("runtime/approvals.http", ("approval_id", Assert.Single(pending.Json["items"]!.AsArray())!.At("id")));

        Assert.Equal("completed", (await Host.Follow(task)).At("status"));
    }

    [Fact]
    public async Task The_examples_of_coding_sessions_are_answered_as_they_say()
    {
        await using var model = await ScriptedModel.Start(ModelTurn.Say("In main.c."));
        await Host.Define("finder", model);
        Host.StartWorker(options => options with { AgentIds = ["finder"] });
        var session = (await Host.Rest.Post("/sessions", """{"agent_id":"finder"}"""))["id"];
        await Host.Rest.Post($"/sessions/{session}/messages", """{"content":"Where is main?"}""");
        await Host.Rest.Get($"/sessions/{session}/stream");
        var message = (await Host.Rest.Get($"/sessions/{session}/messages")).Json.AsArray()[0]!.At("id");

        await SendAll("code/sessions.http", ("session_id", session), ("message_id", message));
        await SendAll("code/subagents.http", ("session_id", session));
    }

    [Fact]
    public async Task The_examples_of_artifacts_are_answered_as_they_say_and_hold_the_whole_result()
    {
        await using var model = await ScriptedModel.Start(
            ModelTurn.Call("call_1", "grep", """{"pattern":"line","max_results":2000}"""),
            ModelTurn.Say("Long."));
        await Host.Define("searcher", model, tools: """["grep"]""");
        await File.WriteAllLinesAsync(
            Path.Combine(Host.Workspace, "long.txt"), Enumerable.Range(1, 2000).Select(line => $"line {line} of a long file"));
        Host.StartWorker(options => options with { AgentIds = ["searcher"] });
        var task = await Host.Submit("searcher", "Search it.");
        await Host.Follow(task);
        var kept = await Host.Rest.Get($"{TaskCalls.Tasks}/{task}/artifacts");
        var artifact = Assert.Single(kept.Json["items"]!.AsArray())!.At("id");

        await SendAll("runtime/artifacts.http", ("task_id", task), ("artifact_id", artifact));

        Assert.Contains(
            "line 1000 of a long file",
            (await Host.Rest.Get($"/api/runtime/artifacts/{artifact}/download")).Text,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_examples_of_owner_sessions_and_tokens_are_answered_as_they_say()
    {
        var codes = await Task.WhenAll(
            Host.Rest.Post($"{OwnerCalls.Auth}/bootstrap/codes"), Host.Rest.Post($"{OwnerCalls.Auth}/bootstrap/codes"));
        await SendAll("control-plane/bootstrap.http", ("code", codes[0]["code"]), ("other_code", codes[1]["code"]));
        await Host.SignIn();
        var sessions = await Host.Rest.Get($"{OwnerCalls.Auth}/sessions");

        await SendAll(
            "control-plane/auth.http",
            ("session_id", sessions.Json["items"]![0]!.At("session_id")),
            ("token_id", (await Host.NewToken("read")).Json["item"]!.At("id")));
    }

    private Task SendAll(string file, params (string Name, string Value)[] own) => HttpExample.SendAll(Host, file, own);
}
