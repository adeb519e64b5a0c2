using Grpc.Core;

namespace Koda.Client.Calls;

/// <summary>One feed over as many connections as it takes: each goes on after the last event that the one before gave.</summary>
/// <param name="source">The feed.</param>
/// <param name="calls">What every call carries.</param>
/// <param name="after">The last event that the caller has.</param>
/// <param name="onCut">Told of each cut and of the pause before the next attempt.</param>
internal sealed class ResumedFeed<T>(IFeedSource<T> source, CallRunner calls, long after, Action<KodaException, TimeSpan>? onCut)
    : IDisposable
    where T : class
{
    // No connection takes so long to be refused: one that lasted has stood, although a quiet feed gave nothing.
    private static readonly TimeSpan s_steady = TimeSpan.FromMinutes(1);

    private readonly CutFeed _patience = new(calls.Options, onCut);
    private AsyncServerStreamingCall<T>? _call;
    private long _openedAt;
    private long _position = after;
    private T? _last;
    private int _silent;

    /// <returns>The next event; null after the last one.</returns>
    public async Task<T?> Next(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                _call ??= Open(cancellationToken);
                while (await _call.ResponseStream.MoveNext(cancellationToken))
                    if (Accept(_call.ResponseStream.Current) is { } item)
                        return item;
                if (await source.HasEnded(new FeedEnd<T>(_position, _last, _silent++), cancellationToken))
                    return null;
                await Pause(new KodaException(new Status(StatusCode.Unavailable, "The feed was closed before its end."), null)
                {
                    Code = "feed.closed",
                }, cancellationToken);
            }
            catch (RpcException e)
            {
                cancellationToken.ThrowIfCancellationRequested();
                await Pause(ErrorReader.Read(e), cancellationToken);
            }
        }
    }

    public void Dispose() => _call?.Dispose();

    private AsyncServerStreamingCall<T> Open(CancellationToken cancellationToken)
    {
        _openedAt = calls.Options.TimeProvider.GetTimestamp();
        return source.Open(_position, calls.Prepare(cancellationToken));
    }

    private T? Accept(T item)
    {
        if (source.PositionOf(item) <= _position)
            return null;
        _position = source.PositionOf(item);
        _last = item;
        _silent = 0;
        _patience.Alive();
        return item;
    }

    private async Task Pause(KodaException error, CancellationToken cancellationToken)
    {
        _call?.Dispose();
        _call = null;
        if (calls.Options.TimeProvider.GetElapsedTime(_openedAt) > s_steady)
            _patience.Alive();
        await _patience.Pause(error, cancellationToken);
    }
}
