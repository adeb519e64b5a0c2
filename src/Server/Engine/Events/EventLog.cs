using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Events;

/// <summary>Appends to the log, inside the transaction that changes the state which the events tell of.</summary>
internal sealed class EventLog(IRedactor redactor, EventFeed feed)
{
    /// <summary>
    /// Appends events to any number of streams; they are written with the commit. The streams' heads stay locked until then. A stream may
    /// occur more than once in the batch; its events keep their order.
    /// </summary>
    /// <returns>The events as they will be stored, in the order given.</returns>
    /// <exception cref="InvalidOperationException">A stream does not exist and is not said to be new.</exception>
    public async Task<IReadOnlyList<Event>> Append(
        Transaction transaction, IReadOnlyList<StreamAppend> batch, CancellationToken cancellationToken)
    {
        if (batch.All(append => append.Events.Count == 0))
            return [];
        var heads = await EventStore.LockHeads(transaction, ExistingStreams(batch), cancellationToken);
        return Append(transaction, heads, await transaction.Time(cancellationToken), batch);
    }

    /// <summary>Appends to streams whose heads the transaction has locked.</summary>
    /// <inheritdoc cref="Append(Transaction, IReadOnlyList{StreamAppend}, CancellationToken)"/>
    public IReadOnlyList<Event> Append(
        Transaction transaction, Dictionary<Guid, StreamHead> heads, DateTime time, IReadOnlyList<StreamAppend> batch)
    {
        var events = new List<Event>(batch.Sum(append => append.Events.Count));
        var moved = new HashSet<StreamHead>();
        foreach (var append in batch)
        {
            var head = HeadOf(append, heads);
            foreach (var entry in append.Events)
                events.Add(Chain(head, entry, time));
            if (append.Events.Count > 0)
                moved.Add(head);
        }
        if (events.Count == 0)
            return [];
        transaction.Defer(EventStore.Insert(moved, events));
        transaction.AfterCommit(() => feed.Publish(events));
        return events;
    }

    private static Guid[] ExistingStreams(IReadOnlyList<StreamAppend> batch)
    {
        var created = batch.Where(append => append.IsNew).Select(append => append.StreamId).ToHashSet();
        return [.. batch.Select(append => append.StreamId).Where(id => !created.Contains(id)).Distinct()];
    }

    private static StreamHead HeadOf(StreamAppend append, Dictionary<Guid, StreamHead> heads)
    {
        if (heads.TryGetValue(append.StreamId, out var head))
            return head;
        if (!append.IsNew)
            throw new InvalidOperationException($"Stream {append.StreamId} does not exist.");
        return heads[append.StreamId] = new StreamHead { Id = append.StreamId, Seq = 0, Hash = EventHash.Origin, IsNew = true };
    }

    private Event Chain(StreamHead head, NewEvent entry, DateTime time)
    {
        var payload = redactor.Redact(entry.Payload);
        var unsigned = new Event(
            head.Id, head.Seq + 1, time, entry.Kind, entry.Actor, entry.RunId, entry.Attempt, payload, entry.Usage, []);
        var stored = unsigned with { Hash = EventHash.Next(head.Hash, unsigned) };
        head.Seq = stored.Seq;
        head.Hash = stored.Hash;
        return stored;
    }
}
