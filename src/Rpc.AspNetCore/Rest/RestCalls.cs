using Grpc.Core;
using Koda.Rpc.AspNetCore.Feeds;
using Koda.Rpc.Wire;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace Koda.Rpc.AspNetCore.Rest;

/// <summary>Serves the endpoints that the transcoder made: what it does not know of the contract stands around it.</summary>
internal sealed class RestCalls(CallDrain drain, CallPipeline pipeline, DialectTable dialects, FeedCalls feeds, IOptions<RestOptions> options)
{
    /// <summary>Longer is the same as for ever, and more than a timer takes.</summary>
    private static readonly TimeSpan MaxTimeout = TimeSpan.FromDays(30);

    public async Task ServeAsync(HttpContext http, RestBinding binding, RequestDelegate transcoder)
    {
        using var lifetime = Begin(http, binding.Method);
        if (binding.Method.Descriptor.IsServerStreaming)
        {
            await feeds.ServeAsync(http, lifetime, binding, transcoder);
            return;
        }
        var call = new RestCallContext(http, binding.Method, lifetime);
        var failure = await pipeline.RunAsync(call, async _ =>
        {
            using var output = new PooledBufferWriter();
            var exchange = new RestExchange(call, binding);
            await exchange.RunAsync(transcoder, new BufferWriterStream(output), options.Value.MaxBodySize);
            if (call.Status.StatusCode == StatusCode.OK)
                await ReplyAsync(call, binding, exchange, output.WrittenMemory);
        });
        if (failure is not null)
            await RestError.WriteAsync(http, dialects.Of(binding.Method), failure);
    }

    /// <summary>The life of a call. A caller may set a deadline by gRPC's own header; one that is not valid is none.</summary>
    public CallLifetime Begin(HttpContext http, RpcMethod method)
    {
        var header = http.Request.Headers["grpc-timeout"].ToString();
        TimeSpan? timeout = GrpcTimeout.TryParse(header, out var given) && given < MaxTimeout ? given : null;
        return new CallLifetime(http, drain, timeout, streaming: method.Type != MethodType.Unary);
    }

    private static async Task ReplyAsync(RestCallContext call, RestBinding binding, RestExchange exchange, ReadOnlyMemory<byte> output)
    {
        call.CopyTrailersToHeaders();
        var response = call.HttpContext.Response;
        response.StatusCode = StatusOf(binding.Method, exchange.Reply!);
        if (response.StatusCode == StatusCodes.Status204NoContent)
        {
            response.ContentType = null;
            return;
        }
        var type = !binding.HasRawReply ? RequestBody.Json : response.ContentType is { Length: > 0 } given ? given : "application/octet-stream";
        await RestError.SendAsync(response, type, output, call.CancellationToken);
    }

    private static int StatusOf(RpcMethod method, Google.Protobuf.IMessage reply)
    {
        var policy = method.Policy;
        if (policy.NoContentWhenEmpty && reply.CalculateSize() == 0)
            return StatusCodes.Status204NoContent;
        if (policy.UnavailableUnless.Length > 0 && reply.Descriptor.FindFieldByName(policy.UnavailableUnless).Accessor.GetValue(reply) is false)
            return StatusCodes.Status503ServiceUnavailable;
        return policy.SuccessStatus == 0 ? StatusCodes.Status200OK : policy.SuccessStatus;
    }
}
