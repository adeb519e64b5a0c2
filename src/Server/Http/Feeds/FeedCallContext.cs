using Grpc.Core;
using Koda.Server.Http.Rest;

namespace Koda.Server.Http.Feeds;

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
