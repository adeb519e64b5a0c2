using Grpc.Core;
using Koda.Http.Tests.Probe;
using Xunit;

namespace Koda.Http.Tests.Hosting;

public sealed class DrainTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task A_stream_that_heeds_the_drain_ends_in_its_own_way()
    {
        await using var server = await ProbeServer.Start(rpc => rpc.DrainTimeout = s_patience);
        server.Handlers.Watch = async (_, replies, context) =>
        {
            await replies.WriteAsync(ProbeHandlers.Reply("first"));
            var told = new TaskCompletionSource();
            await using var registration = context.GetDraining().Register(told.SetResult);
            await told.Task;
            await replies.WriteAsync(ProbeHandlers.Reply("last"));
        };
        using var call = server.Client.Watch(new ProbeRequest());
        await call.ResponseStream.MoveNext();
        var stopping = server.Stop();
        Assert.True(await call.ResponseStream.MoveNext());
        Assert.Equal("last", call.ResponseStream.Current.Text);
        Assert.False(await call.ResponseStream.MoveNext());
        await stopping.WaitAsync(s_patience);
    }

    [Fact]
    public async Task A_stream_that_does_not_is_told_unavailable_when_the_time_is_over()
    {
        await using var server = await ProbeServer.Start(rpc => rpc.DrainTimeout = TimeSpan.FromMilliseconds(50));
        server.Handlers.Watch = async (_, replies, context) =>
        {
            await replies.WriteAsync(ProbeHandlers.Reply("first"));
            await Task.Delay(Timeout.Infinite, context.CancellationToken);
        };
        using var call = server.Client.Watch(new ProbeRequest());
        await call.ResponseStream.MoveNext();
        var stopping = server.Stop();
        var error = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext());
        Assert.Equal(StatusCode.Unavailable, error.StatusCode);
        await stopping.WaitAsync(s_patience);
    }
}
