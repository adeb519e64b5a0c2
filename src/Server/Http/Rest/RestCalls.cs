using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using Google.Protobuf;
using Koda.Server.Http.Feeds;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace Koda.Server.Http.Rest;

/// <summary>Serves the endpoints that the transcoder made: what it does not know of the contract stands around it.</summary>
internal sealed class RestCalls(CallFailures failures, DialectTable dialects, FeedCalls feeds, IOptions<RpcOptions> options)
{
    private static readonly PipeOptions s_unbounded = new(pauseWriterThreshold: 0, useSynchronizationContext: false);

    public async Task Serve(HttpContext http, RestBinding binding, RequestDelegate transcoder)
    {
        var call = RpcCall.Of(http)!;
        if (binding.Method.Descriptor.IsServerStreaming)
        {
            await feeds.Serve(call, binding, transcoder);
            return;
        }
        var failure = await failures.Run(call, async () =>
        {
            var exchange = new RestExchange(call, binding);
            var envelope = binding.EnvelopeOf(dialects.Of(binding.Method));
            var written = new Pipe(s_unbounded);
            try
            {
                if (envelope.Length > 0)
                    Encoding.UTF8.GetBytes($"{{\"{envelope}\":", written.Writer);
                await exchange.Run(transcoder, written.Writer.AsStream(), options.Value.MaxBodySize);
                if (envelope.Length > 0)
                    written.Writer.Write("}"u8);
                await written.Writer.CompleteAsync();
                var whole = await written.Reader.ReadAsync();
                await Reply(http.Response, binding, exchange.Reply!, whole.Buffer);
            }
            finally
            {
                // Only then the pool has its memory back.
                await written.Writer.CompleteAsync();
                await written.Reader.CompleteAsync();
            }
        });
        if (failure is not null)
            await RestError.Write(http, dialects.Of(binding.Method), failure);
    }

    private static async Task Reply(HttpResponse response, RestBinding binding, IMessage reply, ReadOnlySequence<byte> output)
    {
        response.StatusCode = StatusOf(binding.Method, reply);
        if (response.StatusCode == StatusCodes.Status204NoContent)
        {
            response.ContentType = null;
            return;
        }
        var type =
            !binding.HasRawReply ? RequestBody.Json
            : response.ContentType is { Length: > 0 } given ? given
            : "application/octet-stream";
        await RestError.Send(response, type, output);
    }

    private static int StatusOf(RpcMethod method, IMessage reply)
    {
        var policy = method.Policy;
        if (policy.NoContentWhenEmpty && reply.CalculateSize() == 0)
            return StatusCodes.Status204NoContent;
        if (policy.UnavailableUnless.Length > 0
            && reply.Descriptor.FindFieldByName(policy.UnavailableUnless).Accessor.GetValue(reply) is false)
            return StatusCodes.Status503ServiceUnavailable;
        return policy.SuccessStatus == 0 ? StatusCodes.Status200OK : policy.SuccessStatus;
    }
}
