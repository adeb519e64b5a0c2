using Grpc.Core;
using Grpc.Testing;
using Xunit;

namespace Koda.Interop.Tests;

internal sealed partial class ClientCases
{
    private const int LargeRequest = 271828;
    private const int LargeResponse = 314159;

    private static readonly WriteOptions s_uncompressed = new(WriteFlags.NoCompress);
    private static readonly int[] s_requestSizes = [27182, 8, 1828, 45904];
    private static readonly int[] s_responseSizes = [31415, 9, 2653, 58979];

    private async Task EmptyUnary() => Assert.Equal(new Empty(), await _client.EmptyCallAsync(new Empty()));

    private async Task LargeUnary()
    {
        var response = await _client.UnaryCallAsync(new SimpleRequest { ResponseSize = LargeResponse, Payload = Body(LargeRequest) });
        AssertZeros(LargeResponse, response.Payload);
    }

    private async Task ClientCompressedUnary()
    {
        if (_serverChecksCompression)
        {
            var probe = new SimpleRequest { ExpectCompressed = Flag(true), ResponseSize = LargeResponse, Payload = Body(LargeRequest) };
            var refusal = await Assert.ThrowsAsync<RpcException>(() => _client.UnaryCallAsync(probe).ResponseAsync);
            Assert.Equal(StatusCode.InvalidArgument, refusal.StatusCode);
        }
        foreach (var compressed in new[] { true, false })
        {
            var request = new SimpleRequest
            {
                ExpectCompressed = Flag(compressed),
                ResponseSize = LargeResponse,
                Payload = Body(LargeRequest),
            };
            var options = new CallOptions(s_compressing, writeOptions: compressed ? WriteOptions.Default : s_uncompressed);
            AssertZeros(LargeResponse, (await _client.UnaryCallAsync(request, options)).Payload);
        }
    }

    private async Task ServerCompressedUnary()
    {
        foreach (var compressed in new[] { true, false })
        {
            var request = new SimpleRequest
            {
                ResponseCompressed = Flag(compressed),
                ResponseSize = LargeResponse,
                Payload = Body(LargeRequest),
            };
            AssertZeros(LargeResponse, (await _client.UnaryCallAsync(request)).Payload);
            if (compressed)
                Assert.Equal("gzip", _encodings.Last);
        }
    }

    private async Task ClientStreaming()
    {
        using var call = _client.StreamingInputCall();
        foreach (var size in s_requestSizes)
            await call.RequestStream.WriteAsync(new StreamingInputCallRequest { Payload = Body(size) });
        await call.RequestStream.CompleteAsync();
        Assert.Equal(74922, (await call).AggregatedPayloadSize);
    }

    private async Task ClientCompressedStreaming()
    {
        if (_serverChecksCompression)
        {
            using var probe = _client.StreamingInputCall();
            await probe.RequestStream.WriteAsync(new StreamingInputCallRequest { ExpectCompressed = Flag(true), Payload = Body(27182) });
            var refusal = await Assert.ThrowsAsync<RpcException>(() => probe.ResponseAsync);
            Assert.Equal(StatusCode.InvalidArgument, refusal.StatusCode);
        }
        using var call = _client.StreamingInputCall(s_compressing);
        await call.RequestStream.WriteAsync(new StreamingInputCallRequest { ExpectCompressed = Flag(true), Payload = Body(27182) });
        call.RequestStream.WriteOptions = s_uncompressed;
        await call.RequestStream.WriteAsync(new StreamingInputCallRequest { ExpectCompressed = Flag(false), Payload = Body(45904) });
        await call.RequestStream.CompleteAsync();
        Assert.Equal(73086, (await call).AggregatedPayloadSize);
    }

    private async Task ServerStreaming()
    {
        using var call = _client.StreamingOutputCall(Exchange(0, s_responseSizes));
        var index = 0;
        await foreach (var response in call.ResponseStream.ReadAllAsync())
            AssertZeros(s_responseSizes[index++], response.Payload);
        Assert.Equal(s_responseSizes.Length, index);
    }

    private async Task ServerCompressedStreaming()
    {
        var request = new StreamingOutputCallRequest
        {
            ResponseParameters =
            {
                new ResponseParameters { Compressed = Flag(true), Size = 31415 },
                new ResponseParameters { Compressed = Flag(false), Size = 92653 },
            },
        };
        using var call = _client.StreamingOutputCall(request);
        Assert.True(await call.ResponseStream.MoveNext());
        AssertZeros(31415, call.ResponseStream.Current.Payload);
        Assert.True(await call.ResponseStream.MoveNext());
        AssertZeros(92653, call.ResponseStream.Current.Payload);
        Assert.False(await call.ResponseStream.MoveNext());
        Assert.Equal("gzip", _encodings.Last);
    }

    private async Task PingPong()
    {
        using var call = _client.FullDuplexCall();
        for (var i = 0; i < s_requestSizes.Length; i++)
        {
            await call.RequestStream.WriteAsync(Exchange(s_requestSizes[i], s_responseSizes[i]));
            Assert.True(await call.ResponseStream.MoveNext());
            AssertZeros(s_responseSizes[i], call.ResponseStream.Current.Payload);
        }
        await call.RequestStream.CompleteAsync();
        Assert.False(await call.ResponseStream.MoveNext());
        Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
    }

    private async Task EmptyStream()
    {
        using var call = _client.FullDuplexCall();
        await call.RequestStream.CompleteAsync();
        Assert.False(await call.ResponseStream.MoveNext());
        Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
    }
}
