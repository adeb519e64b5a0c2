using Grpc.Core;
using Koda.Http.Tests.Probe;
using Xunit;

namespace Koda.Http.Tests.Calls;

public sealed class LifetimeTests : IAsyncLifetime
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);

    private ProbeServer _server = null!;

    public async Task InitializeAsync() => _server = await ProbeServer.Start();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Theory]
    [InlineData("Unary")]
    [InlineData("Watch")]
    public async Task A_passed_deadline_cancels_the_handler_and_is_the_status(string method)
    {
        _server.Handlers.Unary = async (_, context) => await Forever(context);
        _server.Handlers.Watch = async (_, _, context) => await Forever(context);
        var reply = await _server.Raw.Call(method, "x", ("grpc-timeout", "30m"));
        Assert.Equal((int)StatusCode.DeadlineExceeded, reply.GrpcStatus);
    }

    [Theory]
    [InlineData("Unary", "\"1e999, 300m")]
    [InlineData("Watch", "\"1e999, 300m")]
    [InlineData("Watch", "")]
    [InlineData("Watch", "S")]
    [InlineData("Watch", "-1S")]
    [InlineData("Watch", "1s")]
    [InlineData("Watch", "123456789S")]
    public async Task A_time_that_cannot_be_read_is_refused_and_is_not_for_ever(string method, string timeout)
    {
        _server.Handlers.Unary = async (_, context) => await Forever(context);
        _server.Handlers.Watch = async (_, _, context) => await Forever(context);
        var reply = await _server.Raw.Call(method, "x", ("grpc-timeout", timeout)).WaitAsync(s_patience);
        Assert.Equal((int)StatusCode.InvalidArgument, reply.GrpcStatus);
        Assert.Contains("grpc-timeout", reply.GrpcMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_handler_that_heeds_no_deadline_still_ends_with_it()
    {
        _server.Handlers.Unary = async (_, context) =>
        {
            var passed = new TaskCompletionSource();
            await using var registration = context.CancellationToken.Register(passed.SetResult);
            await passed.Task;
            return ProbeHandlers.Reply("late");
        };
        var reply = await _server.Raw.Call("Unary", "x", ("grpc-timeout", "30m"));
        Assert.Equal((int)StatusCode.DeadlineExceeded, reply.GrpcStatus);
    }

    [Fact]
    public async Task The_handler_knows_its_deadline()
    {
        var deadlines = new List<DateTime>();
        _server.Handlers.Unary = (_, context) =>
        {
            deadlines.Add(context.Deadline);
            return Task.FromResult(ProbeHandlers.Reply("x"));
        };
        await _server.Raw.Call("Unary", "x", ("grpc-timeout", "1M"));
        await _server.Raw.Call("Unary", "x");
        Assert.InRange(deadlines[0] - DateTime.UtcNow, TimeSpan.FromSeconds(40), TimeSpan.FromSeconds(60));
        Assert.Equal(DateTime.MaxValue, deadlines[1]);
    }

    [Theory]
    [InlineData("Unary")]
    [InlineData("Collect")]
    [InlineData("Chat")]
    public async Task A_caller_that_resets_its_stream_cancels_the_handler(string method)
    {
        var entered = new TaskCompletionSource();
        var cancelled = new TaskCompletionSource();
        async Task<ProbeReply> Wait(ServerCallContext context)
        {
            entered.SetResult();
            await using var registration = context.CancellationToken.Register(cancelled.SetResult);
            await Forever(context);
            return new ProbeReply();
        }

        _server.Handlers.Unary = (_, context) => Wait(context);
        _server.Handlers.Collect = (_, context) => Wait(context);
        _server.Handlers.Chat = (_, _, context) => Wait(context);
        using var give = new CancellationTokenSource();
        var call = _server.Raw.Open(RawClient.Request(method, RawClient.Frame("x")), give.Token);
        await entered.Task.WaitAsync(s_patience);
        await give.CancelAsync();
        await cancelled.Task.WaitAsync(s_patience);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        await Eventually.True(() =>
            _server.Log.Calls.Any(entry => entry.Message.Contains("given up by its caller", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_call_without_a_deadline_has_none_of_its_own_cancellation()
    {
        _server.Handlers.Unary = (_, context) =>
            Task.FromResult(ProbeHandlers.Reply($"{context.CancellationToken.IsCancellationRequested}"));
        Assert.Equal(["False"], (await _server.Raw.Call("Unary", "x")).Texts);
    }

    private static async Task<ProbeReply> Forever(ServerCallContext context)
    {
        await Task.Delay(Timeout.Infinite, context.CancellationToken);
        return new ProbeReply();
    }
}
