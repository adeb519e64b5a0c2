using System.Collections.Concurrent;
using Google.Protobuf;
using Koda.Protos.Common.V1;
using Koda.Server.Http.Rest;
using Koda.Server.Http.Wire;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace Koda.Server.Http.Feeds;

/// <summary>Serves server-streaming methods as server-sent events or as lines of JSON.</summary>
internal sealed class FeedCalls(CallFailures failures, DialectTable dialects, IOptions<RestOptions> options, TimeProvider time)
{
    private readonly ConcurrentDictionary<RpcMethod, SseFraming> _events = new();
    private readonly NdjsonFraming _lines = new();

    public async Task ServeAsync(RpcCall call, RestBinding binding, RequestDelegate transcoder)
    {
        var (http, method) = (call.Http, call.Method);
        FeedFraming framing = FeedFormat.IsSse(http.Request, method)
            ? _events.GetOrAdd(method, key => new SseFraming(key, options.Value.FeedRetry))
            : _lines;
        await using var feed = new FeedStream(http, framing, options.Value, time);
        var context = new FeedCallContext(call, feed);
        var failure = await failures.RunAsync(context, _ => new RestExchange(context, binding).RunAsync(transcoder, Stream.Null, options.Value.MaxBodySize));
        if (failure is null)
            await CompleteAsync(context, feed, framing);
        else
            await FailAsync(call, feed, failure);
    }

    /// <summary>Puts the caller's last event, if it names one, in the place of the cursor that the contract says.</summary>
    /// <exception cref="RpcFault">INVALID_REQUEST.</exception>
    public static void Resume(RestCallContext context, IMessage request)
    {
        var last = context.Http.Request.Headers["Last-Event-ID"].ToString();
        if (last.Length == 0 || context.Call.Method.Policy.Sse is not { ResumeField.Length: > 0 } policy)
            return;
        var faults = new List<FieldFault>();
        new RequestBinder(request, faults).Bind(policy.ResumeField, last);
        if (faults.Count > 0)
            throw RpcFault.Invalid([.. faults.Select(fault => fault with { Field = "Last-Event-ID" })]);
    }

    private async ValueTask CompleteAsync(RestCallContext context, FeedStream feed, FeedFraming framing)
    {
        // A feed that a server ends because it shuts down is not complete: its clients should connect again, elsewhere.
        if (context.Call.Lifetime.Draining.IsCancellationRequested)
        {
            if (!await feed.EndAsync((_, _) => { }))
                await FailAsync(context.Call, feed, CallFailure.From(new RpcFault(ErrorReason.Unavailable, "The server is shutting down.")));
            return;
        }
        if (await feed.EndAsync((frames, output) => frames.WriteEnd(output)))
            return;
        context.CopyTrailersToHeaders();
        context.Http.Response.ContentType = framing.HasNoContent ? null : framing.ContentType;
        if (framing.HasNoContent)
            context.Http.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private async ValueTask FailAsync(RpcCall call, FeedStream feed, CallFailure failure)
    {
        var dialect = dialects.Of(call.Method);
        var began = await feed.EndAsync((frames, output) =>
        {
            using var error = new PooledBufferWriter();
            RestError.Write(error, dialect, failure, call.RequestId);
            frames.WriteError(output, error.WrittenSpan);
        });
        if (!began)
            await RestError.WriteAsync(call.Http, dialect, failure);
    }
}
