using System.Buffers;
using System.Text;
using Grpc.Core;
using Koda.Server.Http.Feeds;
using Koda.Server.Http.Wire;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace Koda.Server.Http.Rest;

/// <summary>Serves the endpoints that the transcoder made: what it does not know of the contract stands around it.</summary>
internal sealed class RestCalls(CallFailures failures, DialectTable dialects, FeedCalls feeds, IOptions<RestOptions> options)
{
    public async Task ServeAsync(HttpContext http, RestBinding binding, RequestDelegate transcoder)
    {
        var call = RpcCall.Of(http)!;
        if (binding.Method.Descriptor.IsServerStreaming)
        {
            await feeds.ServeAsync(call, binding, transcoder);
            return;
        }
        var context = new RestCallContext(call);
        var failure = await failures.RunAsync(context, async _ =>
        {
            using var output = new PooledBufferWriter();
            var exchange = new RestExchange(context, binding);
            var envelope = binding.EnvelopeOf(dialects.Of(binding.Method));
            if (envelope.Length > 0)
                output.Write(Encoding.UTF8.GetBytes($"{{\"{envelope}\":"));
            await exchange.RunAsync(transcoder, new BufferWriterStream(output), options.Value.MaxBodySize);
            if (envelope.Length > 0)
                output.Write("}"u8);
            if (context.Status.StatusCode == StatusCode.OK)
                await ReplyAsync(context, binding, exchange, output.WrittenMemory);
        });
        if (failure is not null)
            await RestError.WriteAsync(http, dialects.Of(binding.Method), failure);
    }

    private static async Task ReplyAsync(RestCallContext context, RestBinding binding, RestExchange exchange, ReadOnlyMemory<byte> output)
    {
        context.CopyTrailersToHeaders();
        var response = context.Http.Response;
        response.StatusCode = StatusOf(binding.Method, exchange.Reply!);
        if (response.StatusCode == StatusCodes.Status204NoContent)
        {
            response.ContentType = null;
            return;
        }
        var type = !binding.HasRawReply ? RequestBody.Json : response.ContentType is { Length: > 0 } given ? given : "application/octet-stream";
        await RestError.SendAsync(response, type, output, context.CancellationToken);
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
