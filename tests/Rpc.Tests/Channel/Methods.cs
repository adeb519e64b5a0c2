using Grpc.Core;

namespace Koda.Rpc.Tests.Channel;

/// <summary>Methods that send and receive text, and calls of them.</summary>
internal static class Methods
{
    private static readonly Method<string, string> s_unary = Create(MethodType.Unary);
    private static readonly Method<string, string> s_serverStream = Create(MethodType.ServerStreaming);
    private static readonly Method<string, string> s_clientStream = Create(MethodType.ClientStreaming);
    private static readonly Method<string, string> s_duplex = Create(MethodType.DuplexStreaming);

    public static AsyncUnaryCall<string> Unary(this RpcChannel channel, string request = "request", CallOptions options = default) =>
        channel.CreateCallInvoker().AsyncUnaryCall(s_unary, null, options, request);

    public static AsyncServerStreamingCall<string> ServerStream(this RpcChannel channel, CallOptions options = default) =>
        channel.CreateCallInvoker().AsyncServerStreamingCall(s_serverStream, null, options, "request");

    public static AsyncClientStreamingCall<string, string> ClientStream(this RpcChannel channel, CallOptions options = default) =>
        channel.CreateCallInvoker().AsyncClientStreamingCall(s_clientStream, null, options);

    public static AsyncDuplexStreamingCall<string, string> Duplex(this RpcChannel channel, CallOptions options = default) =>
        channel.CreateCallInvoker().AsyncDuplexStreamingCall(s_duplex, null, options);

    public static Task<RpcException> FailureOf(AsyncUnaryCall<string> call) => Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync);

    private static Method<string, string> Create(MethodType type) =>
        new(type, "test.Echo", type.ToString(), Marshallers.StringMarshaller, Marshallers.StringMarshaller);
}
