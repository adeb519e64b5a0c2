using System.Collections.Concurrent;
using Google.Protobuf;
using Koda.Protos.Common.V1;
using Koda.Rpc.AspNetCore.Json;
using Koda.Rpc.AspNetCore.Rest;
using Koda.Rpc.Wire;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace Koda.Rpc.AspNetCore.Feeds;

/// <summary>Serves server-streaming methods as server-sent events or as lines of JSON.</summary>
internal sealed class FeedFace(
    CallPipeline pipeline, RestCalls calls, RestRequestReader requests, DialectTable dialects, JsonCodec codec,
    IOptions<RestOptions> options, TimeProvider time)
{
    private readonly ConcurrentDictionary<RpcMethod, SseFraming> _events = new();
    private readonly NdjsonFraming _lines = new(codec);

    public async Task ServeAsync(HttpContext http, RestBinding binding, IReadOnlyList<string> path)
    {
        var method = binding.Method;
        FeedFraming framing = FeedFormat.IsSse(http.Request, method)
            ? _events.GetOrAdd(method, key => new SseFraming(codec, key, options.Value.FeedRetry))
            : _lines;
        using var lifetime = calls.Begin(http, method);
        await using var feed = new FeedStream(http, framing, options.Value, time);
        var call = new FeedCallContext(http, method, lifetime, feed);
        var failure = await pipeline.RunAsync(call, async _ =>
        {
            var request = await requests.ReadAsync(http.Request, binding, path, call.CancellationToken);
            Resume(http.Request, method, request);
            await method.ServerStreamingAsync(call, request, feed);
        });
        if (failure is null) await CompleteAsync(call, feed, framing);
        else await FailAsync(call, feed, failure);
    }

    private async ValueTask CompleteAsync(RestCallContext call, FeedStream feed, FeedFraming framing)
    {
        // A feed that a server ends because it shuts down is not complete: its clients should connect again, elsewhere.
        if (call.Draining.IsCancellationRequested)
        {
            if (!await feed.EndAsync((_, _) => { }))
                await FailAsync(call, feed, CallFailure.From(new RpcFault(ErrorReason.Unavailable, "The server is shutting down.")));
            return;
        }

        if (await feed.EndAsync((frames, output) => frames.WriteEnd(output))) return;
        call.CopyTrailersToHeaders();
        if (framing.HasNoContent) call.HttpContext.Response.StatusCode = StatusCodes.Status204NoContent;
        else call.HttpContext.Response.ContentType = framing.ContentType;
    }

    private async ValueTask FailAsync(RestCallContext call, FeedStream feed, CallFailure failure)
    {
        var dialect = dialects.Of(call.RpcMethod);
        var began = await feed.EndAsync((frames, output) =>
        {
            using var error = new PooledBufferWriter();
            RestError.Write(error, dialect, failure, call.RequestId);
            frames.WriteError(output, error.WrittenSpan);
        });
        if (!began) await RestError.WriteAsync(call.HttpContext, dialect, failure);
    }

    private void Resume(HttpRequest http, RpcMethod method, IMessage request)
    {
        var last = http.Headers["Last-Event-ID"].ToString();
        if (last.Length == 0 || method.Policy.Sse is not { ResumeField.Length: > 0 } policy) return;

        var faults = new List<FieldFault>();
        codec.Codec(request.Descriptor).FindField(policy.ResumeField)!.Bind(request, last, new ReadContext(faults));
        if (faults.Count > 0) throw RpcFault.Invalid([.. faults.Select(fault => fault with { Field = "Last-Event-ID" })]);
    }
}
