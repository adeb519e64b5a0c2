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
        await using var model = await ScriptedModel.StartAsync(
            ModelTurn.Call("call_1", "write", """{"path":"note.txt","content":"hello"}"""), ModelTurn.Say("Done."));
        await Host.Define("asker", model, tools: """["write"]""");
        Host.StartWorker(options => options with { AgentIds = ["asker"] });
        var task = await Host.Submit("asker", "Write a note.");
        await Host.Reach(task, "approval.requested");
        var pending = await Host.Rest.Get($"/api/runtime/approvals?task_id={task}");

        await SendAll("runtime/approvals.http", ("approval_id", Assert.Single(pending.Json["items"]!.AsArray())!.At("id")));

        Assert.Equal("completed", (await Host.Follow(task)).At("status"));
    }

    private async Task SendAll(string file, (string Name, string Value) variable)
    {
        var variables = new Dictionary<string, string>
        {
            ["host"] = Host.Url.ToString().TrimEnd('/'),
            ["token"] = Host.OperatorToken,
            [variable.Name] = variable.Value,
        };
        foreach (var example in HttpExample.Of(file))
        {
            var status = await example.Send(variables);
            Assert.True(status == example.Status, $"{file}: '{example.Title}' answered {status}, not {example.Status}.");
        }
    }
}
