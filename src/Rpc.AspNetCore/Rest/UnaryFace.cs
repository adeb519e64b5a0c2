using Microsoft.AspNetCore.Http;

namespace Koda.Rpc.AspNetCore.Rest;

/// <summary>Serves unary methods as request and reply.</summary>
internal sealed class UnaryFace(CallPipeline pipeline, RestCalls calls, RestRequestReader requests, RestReply replies, DialectTable dialects)
{
    public async Task ServeAsync(HttpContext http, RestBinding binding, IReadOnlyList<string> path)
    {
        using var lifetime = calls.Begin(http, binding.Method);
        var call = new RestCallContext(http, binding.Method, lifetime);
        var failure = await pipeline.RunAsync(call, async _ =>
        {
            var request = await requests.ReadAsync(http.Request, binding, path, call.CancellationToken);
            var reply = await binding.Method.UnaryAsync(call, request);
            if (call.Status.StatusCode == Grpc.Core.StatusCode.OK) await replies.WriteAsync(call, binding, reply);
        });
        if (failure is not null) await RestError.WriteAsync(http, dialects.Of(binding.Method), failure);
    }
}
