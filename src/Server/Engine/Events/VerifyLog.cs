using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Events;

/// <summary>Recomputes hash chains from what is stored, while appending goes on.</summary>
internal sealed class VerifyLog(Database database)
{
    private const int PageSize = 1000;

    /// <summary>Verifies every stream; stops at the first break.</summary>
    public async Task<ChainReport> VerifyAll(CancellationToken cancellationToken)
    {
        var (streams, events) = (0L, 0L);
        for (var after = Guid.Empty; ;)
        {
            var page = await database.Read(
                (connection, token) => EventQueries.ListStreams(connection, after, PageSize, token), cancellationToken);
            if (page.Count == 0)
                return new ChainReport(streams, events, null);
            foreach (var id in page)
            {
                var report = await VerifyStream(id, cancellationToken);
                streams += report.Streams;
                events += report.Events;
                if (report.FirstBreak is not null)
                    return new ChainReport(streams, events, report.FirstBreak);
            }
            after = page[^1];
        }
    }

    /// <summary>Verifies one stream. A stream without a row has no events and is whole.</summary>
    public async Task<ChainReport> VerifyStream(Guid streamId, CancellationToken cancellationToken)
    {
        var stream = await database.Read((connection, token) => EventQueries.FindStream(connection, streamId, token), cancellationToken);
        if (stream is null)
            return new ChainReport(0, 0, null);
        var seq = stream.FirstSeq - 1;
        var hash = stream.BaseHash;
        while (seq < stream.HeadSeq)
        {
            // Read whole pages, but no further than the head seen above: later events have a later head.
            var limit = (int)Math.Min(PageSize, stream.HeadSeq - seq);
            var page = await database.Read(
                (connection, token) => EventQueries.Read(connection, streamId, seq, limit, token), cancellationToken);
            if (page.Count == 0)
                return Broken(seq + 1, ChainFault.TruncatedTail);
            foreach (var entry in page)
            {
                if (entry.Seq != seq + 1)
                    return Broken(seq + 1, ChainFault.SequenceHole);
                hash = EventHash.Next(hash, entry);
                if (!hash.AsSpan().SequenceEqual(entry.Hash))
                    return Broken(entry.Seq, ChainFault.HashMismatch);
                seq = entry.Seq;
            }
        }
        if (!hash.AsSpan().SequenceEqual(stream.HeadHash))
            return Broken(seq, ChainFault.HeadMismatch);
        return new ChainReport(1, seq - stream.FirstSeq + 1, null);

        ChainReport Broken(long at, ChainFault fault) => new(1, seq - stream.FirstSeq + 1, new ChainBreak(streamId, at, fault));
    }
}
