using Grpc.Core;
using Microsoft.AspNetCore.Http;

namespace Koda.Rpc.AspNetCore.Rest;

/// <summary>A call over HTTP: headers that the handler sends wait for the reply, since its success decides the status line.</summary>
internal class RestCallContext(HttpContext http, RpcMethod method, CallLifetime lifetime) : RpcCallContext(http, method, lifetime)
{
    /// <summary>HTTP/1.1 clients do not read trailers, so both kinds of metadata go into the headers.</summary>
    public void CopyTrailersToHeaders()
    {
        if (TrailersOrNull is { } trailers && !HttpContext.Response.HasStarted) ResponseMetadata.CopyTo(trailers, HttpContext.Response.Headers);
    }

    protected override Task WriteResponseHeadersAsyncCore(Metadata responseHeaders)
    {
        if (HttpContext.Response.HasStarted) throw new InvalidOperationException("The response headers are sent already.");
        ResponseMetadata.CopyTo(responseHeaders, HttpContext.Response.Headers);
        return Task.CompletedTask;
    }
}
