using Grpc.Core;

namespace Koda.Client.Calls;

/// <summary>A feed that has no end.</summary>
/// <param name="open">Opens it after a position.</param>
/// <param name="position">Where an item stands.</param>
internal sealed class EndlessFeed<T>(Func<long, CallOptions, AsyncServerStreamingCall<T>> open, Func<T, long> position) : IFeedSource<T>
{
    public AsyncServerStreamingCall<T> Open(long after, CallOptions options) => open(after, options);

    public long PositionOf(T item) => position(item);

    public Task<bool> HasEnded(FeedEnd<T> end, CancellationToken cancellationToken) => Task.FromResult(false);
}
