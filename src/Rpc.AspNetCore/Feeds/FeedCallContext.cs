using Grpc.Core;
using Koda.Rpc.AspNetCore.Rest;
using Microsoft.AspNetCore.Http;

namespace Koda.Rpc.AspNetCore.Feeds;

/// <summary>A call whose reply is a feed: sending headers begins it.</summary>
internal sealed class FeedCallContext(HttpContext http, RpcMethod method, CallLifetime lifetime, FeedStream feed)
    : RestCallContext(http, method, lifetime)
{
    public FeedStream Feed => feed;

    protected override async Task WriteResponseHeadersAsyncCore(Metadata responseHeaders)
    {
        await base.WriteResponseHeadersAsyncCore(responseHeaders);
        feed.Begin();
    }
}
