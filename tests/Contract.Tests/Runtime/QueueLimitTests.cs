using Koda.Client;
using Koda.Protos.Common.V1;
using Koda.Testing;
using Koda.Testing.Hosting;
using Xunit;

namespace Koda.Contract.Tests.Runtime;

/// <summary>A full queue.</summary>
public sealed class QueueLimitTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    [Fact]
    public async Task A_full_queue_refuses_with_the_time_to_wait_until_there_is_room()
    {
        await using var host = await KodaHost.Start(postgres.ConnectionString, options => options with { MaxQueuedTasks = 1 });
        var first = await host.Submit();

        var reply = await host.Rest.Post(TaskCalls.Tasks, """{"agent_id":"atlas","query":"x"}""");
        var details = reply.IsRefused(429, "task.queue_full");
        var fault = await Assert.ThrowsAsync<KodaException>(() => host.Client.Tasks.SubmitAsync(new() { AgentId = "atlas", Query = "x" }));
        Assert.Equal("1", details["limit"]!.GetValue<string>());
        Assert.True(reply.Headers.RetryAfter?.Delta >= TimeSpan.FromSeconds(1));
        Assert.Equal((ErrorReason.TaskQueueFull, true), (fault.Reason, fault.Retryable));
        Assert.Equal(reply.Headers.RetryAfter?.Delta, fault.RetryAfter);

        await host.Rest.Post($"{TaskCalls.Tasks}/{first}/cancel");
        await Eventually.IsTrue(
            async () => (await host.Rest.Post(TaskCalls.Tasks, """{"agent_id":"atlas","query":"x"}""")).Status == 202,
            "The queue has room again.");
    }
}
