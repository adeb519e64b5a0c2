using Grpc.Core;

namespace Koda.Rpc.Calls;

/// <summary>Makes the calls of generated clients on a channel.</summary>
internal sealed class RpcCallInvoker(RpcChannel channel) : CallInvoker
{
    public override TResponse BlockingUnaryCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
    {
        using var call = AsyncUnaryCall(method, host, options, request);
        return call.ResponseAsync.GetAwaiter().GetResult();
    }

    public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
    {
        var call = new SingleResponseCall<TResponse>(channel, method, host, options, method.ResponseMarshaller);
        var response = call.SendAsync(request, method.RequestMarshaller, RequestEncoding.For(channel, options));
        return new AsyncUnaryCall<TResponse>(response, ResponseHeadersOf, StatusOf, TrailersOf, Dispose, call);
    }

    public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
    {
        var call = new StreamResponseCall<TResponse>(channel, method, host, options, method.ResponseMarshaller);
        call.Start(request, method.RequestMarshaller, RequestEncoding.For(channel, options));
        return new AsyncServerStreamingCall<TResponse>(call, ResponseHeadersOf, StatusOf, TrailersOf, Dispose, call);
    }

    public override AsyncClientStreamingCall<TRequest, TResponse> AsyncClientStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options)
    {
        var call = new SingleResponseCall<TResponse>(channel, method, host, options, method.ResponseMarshaller);
        var body = CreateStreamBody();
        var requests = new RequestStream<TRequest>(call, method.RequestMarshaller, RequestEncoding.For(channel, options), body);
        return new AsyncClientStreamingCall<TRequest, TResponse>(
            requests, call.SendAsync(body), ResponseHeadersOf, StatusOf, TrailersOf, Dispose, call);
    }

    public override AsyncDuplexStreamingCall<TRequest, TResponse> AsyncDuplexStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options)
    {
        var call = new StreamResponseCall<TResponse>(channel, method, host, options, method.ResponseMarshaller);
        var body = CreateStreamBody();
        var requests = new RequestStream<TRequest>(call, method.RequestMarshaller, RequestEncoding.For(channel, options), body);
        call.Start(body);
        return new AsyncDuplexStreamingCall<TRequest, TResponse>(requests, call, ResponseHeadersOf, StatusOf, TrailersOf, Dispose, call);
    }

    private RequestStreamBody CreateStreamBody() => new(channel.Options.RetryPolicy is not null, channel.Options.MaxRetryBufferPerCallSize);

    private static Task<Metadata> ResponseHeadersOf(object call) => ((ClientCall)call).ResponseHeadersAsync();

    private static Status StatusOf(object call) => ((ClientCall)call).GetStatus();

    private static Metadata TrailersOf(object call) => ((ClientCall)call).GetTrailers();

    private static void Dispose(object call) => ((ClientCall)call).Dispose();
}
