using System.Globalization;
using Koda.Protos.Common.V1;
using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Events;

/// <summary>Reads a page of a stream after a cursor.</summary>
internal sealed class ReadEvents(Database database)
{
    /// <summary>
    /// The oldest events after <paramref name="afterSeq"/>, at most <paramref name="limit"/>; none when the stream has no more, or does not
    /// exist.
    /// </summary>
    /// <exception cref="EngineException"> CURSOR_EXPIRED: events after the cursor are not kept any more; details name the oldest one.
    /// INVALID_CURSOR: the stream never came that far.
    /// </exception>
    public Task<IReadOnlyList<Event>> Execute(Guid streamId, long afterSeq, int limit, CancellationToken cancellationToken) =>
        database.Read(
            async (connection, token) =>
            {
                var events = await EventQueries.Read(connection, streamId, afterSeq, limit, token);
                if (events.Count > 0 && events[0].Seq == afterSeq + 1)
                    return events;
                var stream = await EventQueries.FindStream(connection, streamId, token);
                Check(stream, afterSeq);
                return events;
            },
            cancellationToken);

    private static void Check(StreamRecord? stream, long afterSeq)
    {
        if (afterSeq > (stream?.HeadSeq ?? 0))
            throw new EngineException(ErrorReason.InvalidCursor, $"No event {afterSeq} was ever recorded here.");
        if (stream is not null && afterSeq < stream.FirstSeq - 1)
        {
            throw new EngineException(
                ErrorReason.CursorExpired,
                $"Events before {stream.FirstSeq} are not kept any more.",
                new Dictionary<string, string> { ["first_seq"] = stream.FirstSeq.ToString(CultureInfo.InvariantCulture) });
        }
    }
}
