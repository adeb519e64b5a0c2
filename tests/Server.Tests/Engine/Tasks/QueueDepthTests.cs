using Koda.Protos.Common.V1;
using Koda.Server.Engine;
using Koda.Server.Engine.Tasks;
using Koda.Testing;
using Xunit;

namespace Koda.Server.Tests.Engine.Tasks;

/// <summary>The bound of the queue, which no submission waits for.</summary>
public sealed class QueueDepthTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    [Fact]
    public async Task What_other_servers_queued_is_counted_and_what_this_one_queues_and_hands_out_is_added_at_once()
    {
        await using var server = await EngineServer.Start(postgres, dispatching: false);
        await server.Publish();
        await server.Submit();
        var other = await server.Submit();
        var depth = new QueueDepth(server.Database, new EngineOptions { MaxQueuedTasks = 2 }, TimeProvider.System);
        await Eventually.IsTrue(() => Task.FromResult(IsFull(depth)), "Both are counted.");

        depth.Take(1);
        Assert.False(IsFull(depth));
        depth.Add(1);
        Assert.True(IsFull(depth));

        await server.Get<CancelTask>().Execute(other.Id, "operator", "", default);
        await Eventually.IsTrue(() => Task.FromResult(!IsFull(depth)), "What was cancelled is counted no more.");
    }

    private static bool IsFull(QueueDepth depth)
    {
        try
        {
            depth.Admit();
            return false;
        }
        catch (EngineException full) when (full.Reason == ErrorReason.TaskQueueFull)
        {
            return true;
        }
    }
}
