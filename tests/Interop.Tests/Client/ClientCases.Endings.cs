using Grpc.Core;
using Grpc.Testing;
using Xunit;

namespace Koda.Interop.Tests;

internal sealed partial class ClientCases
{
    private const string InitialKey = "x-grpc-test-echo-initial";
    private const string TrailingKey = "x-grpc-test-echo-trailing-bin";
    private const string InitialValue = "test_initial_metadata_value";
    private static readonly byte[] s_trailingValue = [0xab, 0xab, 0xab];

    private async Task CustomMetadata()
    {
        var metadata = new Metadata { { InitialKey, InitialValue }, { TrailingKey, s_trailingValue } };

        using var unary = _client.UnaryCallAsync(
            new SimpleRequest { ResponseSize = LargeResponse, Payload = Body(LargeRequest) }, metadata);
        AssertZeros(LargeResponse, (await unary).Payload);
        Assert.Equal(InitialValue, (await unary.ResponseHeadersAsync).GetValue(InitialKey));
        Assert.Equal(s_trailingValue, unary.GetTrailers().GetValueBytes(TrailingKey));

        using var duplex = _client.FullDuplexCall(metadata);
        await duplex.RequestStream.WriteAsync(Exchange(LargeRequest, LargeResponse));
        await duplex.RequestStream.CompleteAsync();
        Assert.Equal(InitialValue, (await duplex.ResponseHeadersAsync).GetValue(InitialKey));
        Assert.Equal(1, await duplex.ResponseStream.ReadAllAsync().CountAsync());
        Assert.Equal(s_trailingValue, duplex.GetTrailers().GetValueBytes(TrailingKey));
    }

    private async Task StatusCodeAndMessage()
    {
        var status = new EchoStatus { Code = 2, Message = "test status message" };
        var exception = await Assert.ThrowsAsync<RpcException>(() =>
            _client.UnaryCallAsync(new SimpleRequest { ResponseStatus = status }).ResponseAsync);
        AssertStatus(StatusCode.Unknown, status.Message, exception);

        using var duplex = _client.FullDuplexCall();
        await duplex.RequestStream.WriteAsync(new StreamingOutputCallRequest { ResponseStatus = status });
        await duplex.RequestStream.CompleteAsync();
        AssertStatus(StatusCode.Unknown, status.Message, await Assert.ThrowsAsync<RpcException>(() => duplex.ResponseStream.MoveNext()));
    }

    private async Task SpecialStatusMessage()
    {
        var status = new EchoStatus { Code = 2, Message = "\t\ntest with whitespace\r\nand Unicode BMP ☺ and non-BMP 😈\t\n" };
        var exception = await Assert.ThrowsAsync<RpcException>(() =>
            _client.UnaryCallAsync(new SimpleRequest { ResponseStatus = status }).ResponseAsync);
        AssertStatus(StatusCode.Unknown, status.Message, exception);
    }

    private async Task UnimplementedMethod()
    {
        var exception = await Assert.ThrowsAsync<RpcException>(() => _client.UnimplementedCallAsync(new Empty()).ResponseAsync);
        Assert.Equal(StatusCode.Unimplemented, exception.StatusCode);
    }

    private async Task UnimplementedService()
    {
        var client = new UnimplementedService.UnimplementedServiceClient(_channel);
        var exception = await Assert.ThrowsAsync<RpcException>(() => client.UnimplementedCallAsync(new Empty()).ResponseAsync);
        Assert.Equal(StatusCode.Unimplemented, exception.StatusCode);
    }

    private async Task CancelAfterBegin()
    {
        using var cancellation = new CancellationTokenSource();
        using var call = _client.StreamingInputCall(cancellationToken: cancellation.Token);
        await cancellation.CancelAsync();
        Assert.Equal(StatusCode.Cancelled, (await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync)).StatusCode);
        Assert.Equal(StatusCode.Cancelled, call.GetStatus().StatusCode);
    }

    private async Task CancelAfterFirstResponse()
    {
        using var cancellation = new CancellationTokenSource();
        using var call = _client.FullDuplexCall(cancellationToken: cancellation.Token);
        await call.RequestStream.WriteAsync(Exchange(27182, 31415));
        Assert.True(await call.ResponseStream.MoveNext());
        AssertZeros(31415, call.ResponseStream.Current.Payload);
        await cancellation.CancelAsync();
        Assert.Equal(StatusCode.Cancelled, (await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext())).StatusCode);
    }

    private async Task TimeoutOnSleepingServer()
    {
        using var call = _client.FullDuplexCall(deadline: DateTime.UtcNow.AddMilliseconds(1));
        var writing = call.RequestStream.WriteAsync(new StreamingOutputCallRequest { Payload = Body(27182) });
        var exception = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext());
        Assert.Equal(StatusCode.DeadlineExceeded, exception.StatusCode);
        // A write that the end comes upon may fail in the words of HTTP/2. Why the call is over, its status tells.
        await writing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
