using Grpc.Core;

namespace Koda.Server.Http.Rest;

/// <summary>A call over HTTP: headers that the handler sends wait for the reply, since its success decides the status line.</summary>
internal class RestCallContext(RpcCall call) : RpcCallContext(call)
{
    /// <summary>HTTP/1.1 clients do not read trailers, so both kinds of metadata go into the headers.</summary>
    public void CopyTrailersToHeaders()
    {
        if (TrailersOrNull is { } trailers && !Http.Response.HasStarted)
            ResponseMetadata.CopyTo(trailers, Http.Response.Headers);
    }

    protected override Task WriteResponseHeadersAsyncCore(Metadata responseHeaders)
    {
        if (Http.Response.HasStarted)
            throw new InvalidOperationException("The response headers are sent already.");
        ResponseMetadata.CopyTo(responseHeaders, Http.Response.Headers);
        return Task.CompletedTask;
    }
}
