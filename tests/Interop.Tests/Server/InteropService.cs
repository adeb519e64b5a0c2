using Google.Protobuf;
using Grpc.Core;
using Grpc.Testing;

namespace Koda.Interop.Tests;

/// <summary>The server side of gRPC's public interop cases.</summary>
internal sealed class InteropService : TestService.TestServiceBase
{
    private const string InitialMetadata = "x-grpc-test-echo-initial";
    private const string TrailingMetadata = "x-grpc-test-echo-trailing-bin";

    private static readonly WriteOptions s_uncompressed = new(WriteFlags.NoCompress);

    public override async Task<Empty> EmptyCall(Empty request, ServerCallContext context)
    {
        await EchoMetadata(context);
        // grpc-js cannot read a compressed message of no bytes.
        context.WriteOptions = s_uncompressed;
        return new Empty();
    }

    public override async Task<SimpleResponse> UnaryCall(SimpleRequest request, ServerCallContext context)
    {
        await EchoMetadata(context);
        ThrowIfAsked(request.ResponseStatus);
        ExpectCompression(request.ExpectCompressed, context);
        Compress(request.ResponseCompressed, context);
        return new SimpleResponse { Payload = PayloadOf(request.ResponseSize) };
    }

    public override async Task StreamingOutputCall(
        StreamingOutputCallRequest request, IServerStreamWriter<StreamingOutputCallResponse> responseStream, ServerCallContext context)
    {
        await EchoMetadata(context);
        ThrowIfAsked(request.ResponseStatus);
        await Answer(request, responseStream, context);
    }

    public override async Task<StreamingInputCallResponse> StreamingInputCall(
        IAsyncStreamReader<StreamingInputCallRequest> requestStream, ServerCallContext context)
    {
        await EchoMetadata(context);
        var size = 0;
        await foreach (var request in requestStream.ReadAllAsync(context.CancellationToken))
        {
            ExpectCompression(request.ExpectCompressed, context);
            size += request.Payload?.Body.Length ?? 0;
        }

        return new StreamingInputCallResponse { AggregatedPayloadSize = size };
    }

    public override async Task FullDuplexCall(
        IAsyncStreamReader<StreamingOutputCallRequest> requestStream,
        IServerStreamWriter<StreamingOutputCallResponse> responseStream,
        ServerCallContext context)
    {
        await EchoMetadata(context);
        await foreach (var request in requestStream.ReadAllAsync(context.CancellationToken))
        {
            ThrowIfAsked(request.ResponseStatus);
            await Answer(request, responseStream, context);
        }
    }

    private static async Task Answer(
        StreamingOutputCallRequest request, IServerStreamWriter<StreamingOutputCallResponse> responseStream, ServerCallContext context)
    {
        foreach (var parameters in request.ResponseParameters)
        {
            if (parameters.IntervalUs > 0)
                await Task.Delay(TimeSpan.FromMicroseconds(parameters.IntervalUs), context.CancellationToken);
            responseStream.WriteOptions = OptionsFor(parameters.Compressed);
            await responseStream.WriteAsync(new StreamingOutputCallResponse { Payload = PayloadOf(parameters.Size) });
        }
    }

    private static async Task EchoMetadata(ServerCallContext context)
    {
        if (context.RequestHeaders.GetValue(InitialMetadata) is { } initial)
            await context.WriteResponseHeadersAsync(new Metadata { { InitialMetadata, initial } });
        if (context.RequestHeaders.GetValueBytes(TrailingMetadata) is { } trailing)
            context.ResponseTrailers.Add(TrailingMetadata, trailing);
    }

    private static void ThrowIfAsked(EchoStatus? status)
    {
        if (status is not null && status.Code != 0)
            throw new RpcException(new Status((StatusCode)status.Code, status.Message));
    }

    private static void ExpectCompression(BoolValue? expected, ServerCallContext context)
    {
        if (expected is { Value: true } && context.GetHttpContext().Request.Headers["grpc-encoding"] != "gzip")
            throw new RpcException(new Status(StatusCode.InvalidArgument, "The request is not compressed."));
    }

    private static void Compress(BoolValue? compressed, ServerCallContext context) => context.WriteOptions = OptionsFor(compressed);

    private static WriteOptions OptionsFor(BoolValue? compressed) => compressed is { Value: true } ? WriteOptions.Default : s_uncompressed;

    private static Payload PayloadOf(int size) => new() { Type = PayloadType.Compressable, Body = ByteString.CopyFrom(new byte[size]) };
}
