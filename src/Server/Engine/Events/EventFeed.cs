using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.CompilerServices;
using Koda.Server.Infrastructure.Postgres;
using Microsoft.Extensions.Logging;

namespace Koda.Server.Engine.Events;

/// <summary>
/// Follows streams: first what the table has, then what is committed, whichever server commits it. The table is the truth; news from memory
/// and from other servers only say that there is more, so a lost or repeated one does no harm.
/// </summary>
internal sealed class EventFeed : IDisposable
{
    private const string Topic = "streams";
    private const int PageSize = 500;
    private static readonly TimeSpan s_retryPause = TimeSpan.FromMilliseconds(250);

    private readonly ConcurrentDictionary<Guid, StreamTopic> _topics = new();
    private readonly Lock _joining = new();
    private readonly CancellationTokenSource _disposal = new();
    private readonly CancellationToken _stopping;
    private readonly ReadEvents _readEvents;
    private readonly Database _database;
    private readonly Broadcast _broadcast;
    private readonly EngineMetrics _metrics;
    private readonly ILogger<EventFeed> _log;
    private readonly TimeProvider _clock;
    private readonly CoalescedRun _refresh;
    private readonly SemaphoreSlim _replays;

    public EventFeed(Database database, Broadcast broadcast, EngineMetrics metrics, ILogger<EventFeed> log, TimeProvider clock)
    {
        _stopping = _disposal.Token;
        _database = database;
        _broadcast = broadcast;
        _metrics = metrics;
        _log = log;
        _clock = clock;
        _readEvents = new ReadEvents(database);
        _refresh = new CoalescedRun(() => UntilItSucceeds(RefreshTopics));
        // Thousands of followers come back at once after a restart: the other half of the connections is for whoever writes.
        _replays = new SemaphoreSlim(Math.Max(1, database.Options.MaxPoolSize / 2));
        broadcast.OnChange(Topic, Changed);
    }

    /// <summary>
    /// The events after <paramref name="afterSeq"/> in pages, without gap, repetition or reordering, for ever. Where retention has removed
    /// events, one <see cref="EventGap"/> stands for them. A stream that does not exist yet is waited for.
    /// </summary>
    /// <exception cref="EngineException">INVALID_CURSOR: the stream never came that far. UNAVAILABLE: go on from the last event
    /// later.</exception>
    public async IAsyncEnumerable<IReadOnlyList<Event>> Follow(
        Guid streamId, long afterSeq, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var seq = afterSeq;
        var follower = new StreamFollower();
        var topic = Join(streamId, follower);
        _metrics.FeedOpened();
        try
        {
            while (true)
            {
                follower.BeginReread();
                await foreach (var page in Replay(streamId, seq, cancellationToken))
                {
                    yield return page;
                    seq = page[^1].Seq;
                }
                if (!topic.CaughtUp(follower, seq))
                    continue;
                while (true)
                {
                    var page = await follower.Next(cancellationToken);
                    if (follower.MustReread || (page.Count > 0 && page[0].Seq > seq + 1))
                        break;
                    if (page.Count == 0 || page[^1].Seq <= seq)
                        continue;
                    _metrics.Delivered((_database.Clock.Now ?? _clock.GetUtcNow().UtcDateTime) - page[^1].Time);
                    yield return page[0].Seq == seq + 1 ? page : [.. page.Where(entry => entry.Seq > seq)];
                    seq = page[^1].Seq;
                }
            }
        }
        finally
        {
            Leave(streamId, topic, follower);
            _metrics.FeedClosed();
        }
    }

    /// <summary>Takes what this server has just committed.</summary>
    public void Publish(IReadOnlyList<Event> events)
    {
        foreach (var page in events.GroupBy(entry => entry.StreamId))
        {
            if (_topics.TryGetValue(page.Key, out var topic))
                topic.Publish([.. page]);
            _broadcast.Announce(Topic, page.Key.ToString("n"));
        }
    }

    public void Dispose()
    {
        _disposal.Cancel();
        _disposal.Dispose();
        _replays.Dispose();
    }

    private async IAsyncEnumerable<IReadOnlyList<Event>> Replay(
        Guid streamId, long afterSeq, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var seq = afterSeq;
        while (true)
        {
            var page = await ReadWithGap(streamId, seq, cancellationToken);
            if (page.Count > 0)
                yield return page;
            if (page.Count < PageSize)
                yield break;
            seq = page[^1].Seq;
        }
    }

    private async Task<IReadOnlyList<Event>> ReadWithGap(Guid streamId, long seq, CancellationToken cancellationToken)
    {
        await _replays.WaitAsync(cancellationToken);
        try
        {
            return await _readEvents.Execute(streamId, seq, PageSize, cancellationToken);
        }
        catch (EngineException expired) when (expired.Reason == Protos.Common.V1.ErrorReason.CursorExpired)
        {
            var first = long.Parse(expired.Details["first_seq"], CultureInfo.InvariantCulture);
            var kept = await _readEvents.Execute(streamId, first - 1, PageSize - 1, cancellationToken);
            return
            [
                EventGap.Between(streamId, seq + 1, first - 1, kept.Count > 0 ? kept[0].Time : _clock.GetUtcNow().UtcDateTime),
                .. kept,
            ];
        }
        finally
        {
            _replays.Release();
        }
    }

    private StreamTopic Join(Guid streamId, StreamFollower follower)
    {
        lock (_joining)
        {
            var topic = _topics.GetOrAdd(streamId, id => new StreamTopic(
                (head, handOut) => UntilItSucceeds(token => ReadOn(id, head, handOut, token))));
            topic.Add(follower);
            return topic;
        }
    }

    private void Leave(Guid streamId, StreamTopic topic, StreamFollower follower)
    {
        lock (_joining)
        {
            topic.Remove(follower);
            if (topic.IsEmpty)
                _topics.TryRemove(streamId, out _);
        }
    }

    private void Changed(string? name)
    {
        if (name is null)
            _refresh.Request();
        else if (Guid.TryParseExact(name, "n", out var streamId) && _topics.TryGetValue(streamId, out var topic))
            topic.Changed();
    }

    // One question for all followed streams, however many: "anything may have changed" comes often when other servers are busy.
    private async Task RefreshTopics(CancellationToken cancellationToken)
    {
        var followed = _topics.Keys.ToArray();
        var heads = await _database.Read((connection, token) => EventQueries.Heads(connection, followed, token), cancellationToken);
        foreach (var (streamId, head) in heads)
        {
            if (_topics.TryGetValue(streamId, out var topic) && (topic.Head is not { } known || known < head))
                topic.Changed();
        }
    }

    private async Task ReadOn(Guid streamId, long head, Action<IReadOnlyList<Event>> handOut, CancellationToken cancellationToken)
    {
        IReadOnlyList<Event> page;
        do
        {
            page = await _database.Read(
                (connection, token) => EventQueries.Read(connection, streamId, head, PageSize, token), cancellationToken);
            if (page.Count == 0)
                return;
            handOut(page);
            head = page[^1].Seq;
        }
        while (page.Count == PageSize);
    }

    private async Task UntilItSucceeds(Func<CancellationToken, Task> work)
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                await work(_stopping);
                return;
            }
            catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
            {
                return;
            }
            catch (EngineException failure)
            {
                EventLogMessages.FeedCannotRead(_log, failure);
                await Task.Delay(s_retryPause, _clock, _stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }
}
