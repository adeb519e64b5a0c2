using System.Collections.Concurrent;
using Koda.Protos.Common.V1;
using Koda.Server.Http.Rest;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace Koda.Server.Http.Feeds;

/// <summary>Serves server-streaming methods as server-sent events or as lines of JSON.</summary>
internal sealed class FeedCalls(CallFailures failures, DialectTable dialects, IOptions<RpcOptions> options, TimeProvider time)
{
    private readonly ConcurrentDictionary<RpcMethod, SseFraming> _events = new();
    private readonly NdjsonFraming _lines = new();

    public async Task Serve(RpcCall call, RestBinding binding, RequestDelegate transcoder)
    {
        FeedFraming framing = FeedFormat.IsSse(call.Http.Request, call.Method)
            ? _events.GetOrAdd(call.Method, key => new SseFraming(key, options.Value.FeedRetry))
            : _lines;
        await using var feed = new FeedStream(call, framing, options.Value, time);
        var exchange = new RestExchange(call, binding) { Feed = feed };
        if (await failures.Run(call, () => exchange.Run(transcoder, Stream.Null, options.Value.MaxBodySize)) is { } failure)
            await Fail(call, feed, failure);
        else
            await Complete(call, feed, framing);
    }

    private async ValueTask Complete(RpcCall call, FeedStream feed, FeedFraming framing)
    {
        // A feed that a server ends because it shuts down is not complete: its clients should connect again, elsewhere.
        if (call.Lifetime.Draining.IsCancellationRequested)
        {
            if (!await feed.End((_, _) => { }))
                await Fail(call, feed, CallFailure.From(new RpcFault(ErrorReason.Unavailable, "The server is shutting down.")));
            return;
        }
        if (await feed.End((frames, output) => frames.WriteEnd(output)))
            return;
        call.Http.Response.ContentType = framing.HasNoContent ? null : framing.ContentType;
        if (framing.HasNoContent)
            call.Http.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private async ValueTask Fail(RpcCall call, FeedStream feed, CallFailure failure)
    {
        var dialect = dialects.Of(call.Method);
        if (!await feed.End((frames, output) => frames.WriteError(output, RestError.Json(dialect, failure, call.RequestId).Span)))
            await RestError.Write(call.Http, dialect, failure);
    }
}
