using Grpc.Core;

namespace Koda.Client.Calls;

/// <summary>What a <see cref="ResumedFeed{T}"/> has to know of the feed that it keeps open.</summary>
internal interface IFeedSource<T>
{
    /// <summary>Opens the feed after a position.</summary>
    AsyncServerStreamingCall<T> Open(long after, CallOptions options);

    /// <summary>Where an event stands. Positions grow.</summary>
    long PositionOf(T item);

    /// <summary>
    /// Whether the feed is over, asked when a connection ended in good order: a server that goes down may close its feeds as if they had
    /// ended.
    /// </summary>
    Task<bool> HasEnded(FeedEnd<T> end, CancellationToken cancellationToken);
}

/// <summary>A connection of a feed that ended in good order.</summary>
/// <param name="Position">Where the feed stands.</param>
/// <param name="Last">The last event that it gave. Null: none yet.</param>
/// <param name="Silent">How many connections in a row ended so without anything new before this one.</param>
internal sealed record FeedEnd<T>(long Position, T? Last, int Silent);
