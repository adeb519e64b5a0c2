using Google.Protobuf;
using Grpc.Core;
using Grpc.Testing;
using Grpc.Net.Client;
using Xunit;

namespace Koda.Interop.Tests;

/// <summary>Runs the public interop cases with our client against one server.</summary>
internal sealed partial class ClientCases : IDisposable
{
    private readonly ResponseEncodings _encodings = new();
    private readonly GrpcChannel _channel;
    private readonly TestService.TestServiceClient _client;
    private readonly bool _serverChecksCompression;

    /// <param name="address">The server.</param>
    /// <param name="serverChecksCompression">Whether the server can see if a request was compressed, and refuses one that should
    /// be.</param>
    public ClientCases(Uri address, bool serverChecksCompression)
    {
        _serverChecksCompression = serverChecksCompression;
        _channel = GrpcChannel.ForAddress(address, new GrpcChannelOptions { HttpHandler = _encodings, DisposeHttpClient = true });
        _client = new TestService.TestServiceClient(_channel);
    }

    public Task Run(string name) => name switch
    {
        "empty_unary" => EmptyUnary(),
        "large_unary" => LargeUnary(),
        "client_compressed_unary" => ClientCompressedUnary(),
        "server_compressed_unary" => ServerCompressedUnary(),
        "client_streaming" => ClientStreaming(),
        "client_compressed_streaming" => ClientCompressedStreaming(),
        "server_streaming" => ServerStreaming(),
        "server_compressed_streaming" => ServerCompressedStreaming(),
        "ping_pong" => PingPong(),
        "empty_stream" => EmptyStream(),
        "custom_metadata" => CustomMetadata(),
        "status_code_and_message" => StatusCodeAndMessage(),
        "special_status_message" => SpecialStatusMessage(),
        "unimplemented_method" => UnimplementedMethod(),
        "unimplemented_service" => UnimplementedService(),
        "cancel_after_begin" => CancelAfterBegin(),
        "cancel_after_first_response" => CancelAfterFirstResponse(),
        "timeout_on_sleeping_server" => TimeoutOnSleepingServer(),
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "There is no such case."),
    };

    public void Dispose() => _channel.Dispose();

    // The client's own way to ask for compressed requests.
    private static readonly Metadata s_compressing = new() { { "grpc-internal-encoding-request", "gzip" } };

    private static Payload Body(int size) => new() { Body = ByteString.CopyFrom(new byte[size]) };

    private static BoolValue Flag(bool value) => new() { Value = value };

    private static StreamingOutputCallRequest Exchange(int sent, params int[] received) => new()
    {
        Payload = Body(sent),
        ResponseParameters = { received.Select(size => new ResponseParameters { Size = size }) },
    };

    private static void AssertZeros(int size, Payload payload)
    {
        Assert.Equal(size, payload.Body.Length);
        Assert.False(payload.Body.Span.ContainsAnyExcept((byte)0));
    }

    private static void AssertStatus(StatusCode code, string message, RpcException exception)
    {
        Assert.Equal(code, exception.StatusCode);
        Assert.Equal(message, exception.Status.Detail);
    }
}
