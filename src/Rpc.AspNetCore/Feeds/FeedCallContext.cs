using Grpc.Core;
using Koda.Rpc.AspNetCore.Rest;

namespace Koda.Rpc.AspNetCore.Feeds;

/// <summary>A call whose reply is a feed: sending headers begins it.</summary>
internal sealed class FeedCallContext(RpcCall call, FeedStream feed) : RestCallContext(call)
{
    public FeedStream Feed => feed;

    protected override async Task WriteResponseHeadersAsyncCore(Metadata responseHeaders)
    {
        await base.WriteResponseHeadersAsyncCore(responseHeaders);
        feed.Begin();
    }
}
