using Koda.Testing.Hosting;
using Npgsql;
using Xunit;

namespace Koda.Contract.Tests.Runtime;

/// <summary>What the state of a task, or of its agent, allows. No worker takes the tasks here.</summary>
public sealed class TaskStateTests(KodaFixture koda) : IClassFixture<KodaFixture>
{
    private RestClient Rest => koda.Host.Rest;

    [Fact]
    public async Task A_queued_task_is_paused_resumed_cancelled_and_retried()
    {
        var task = await koda.Host.Submit();

        Assert.Equal("paused", (await Steer(task, "pause"))["status"]);
        Assert.Equal("paused", (await Steer(task, "pause"))["status"]);
        Assert.Equal("queued", (await Steer(task, "resume"))["status"]);
        var cancelled = await Steer(task, "cancel");
        Assert.Equal("failed", cancelled["status"]);
        Assert.Equal("task.cancelled", cancelled.Json["error"]!["code"]!.GetValue<string>());
        Assert.Equal("failed", (await Steer(task, "cancel"))["status"]);
        Assert.Equal("queued", (await Steer(task, "retry"))["status"]);
    }

    [Fact]
    public async Task What_the_state_does_not_allow_is_a_conflict_that_says_so()
    {
        var queued = await koda.Host.Submit();
        var cancelled = await koda.Host.Submit();
        await Steer(cancelled, "cancel");

        foreach (var (task, command) in new[] { (queued, "resume"), (queued, "retry"), (cancelled, "pause"), (cancelled, "resume") })
        {
            var reply = await Steer(task, command);
            reply.IsRefused(409, "task.state_conflict");
            Assert.Contains(task == queued ? "queued" : "cancelled", reply["message"], StringComparison.OrdinalIgnoreCase);
        }
    }

    [Theory]
    [InlineData("draft")]
    [InlineData("paused")]
    public async Task An_agent_that_takes_no_work_refuses_it(string state)
    {
        await using (var source = NpgsqlDataSource.Create(koda.ConnectionString))
        {
            var version = state == "draft" ? "null" : "1";
            await using var command = source.CreateCommand(
                $"insert into agents (id, state, published_version) values ('{state}-agent', '{state}', {version})");
            await command.ExecuteNonQueryAsync();
        }

        var details = (await Rest.Post(TaskCalls.Tasks, $$"""{"agent_id":"{{state}}-agent","query":"x"}""")).IsRefused(
            409, "agent.not_runnable");

        Assert.Equal(state, details["state"]!.GetValue<string>());
    }

    private Task<RestReply> Steer(string task, string command) => Rest.Post($"{TaskCalls.Tasks}/{task}/{command}");
}
