using Grpc.Core;

namespace Koda.Client.Tests.Calls;

public sealed class CallRunnerTests
{
    [Fact]
    public async Task A_read_is_tried_as_often_as_the_options_say()
    {
        var server = new ScriptedInvoker();
        for (var i = 0; i < Scripted.Options.MaxAttempts; i++)
            server.Fail(StatusCode.Unavailable);
        await using var client = Scripted.Client(server);

        var error = await Assert.ThrowsAsync<KodaException>(() => client.Tasks.GetAsync("tsk_1"));

        Assert.True(error.Unreachable);
        Assert.Equal(Scripted.Options.MaxAttempts, server.Calls.Count);
    }

    [Theory]
    [InlineData(StatusCode.InvalidArgument)]
    [InlineData(StatusCode.NotFound)]
    [InlineData(StatusCode.Internal)]
    public async Task What_will_not_get_better_is_not_repeated(StatusCode status)
    {
        var server = new ScriptedInvoker().Fail(status);
        await using var client = Scripted.Client(server);

        await Assert.ThrowsAsync<KodaException>(() => client.Tasks.GetAsync("tsk_1"));

        Assert.Single(server.Calls);
    }

    [Fact]
    public async Task A_cancelled_call_is_cancelled_and_not_failed()
    {
        using var stop = new CancellationTokenSource();
        await stop.CancelAsync();
        await using var client = Scripted.Client(new ScriptedInvoker().Fail(StatusCode.Cancelled));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.Tasks.GetAsync("tsk_1", stop.Token));
    }
}
