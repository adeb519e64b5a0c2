using System.Globalization;
using System.Runtime.CompilerServices;
using Koda.Protos.Common.V1;
using Koda.Server.Engine.Events;
using Koda.Server.Infrastructure.Postgres;
using Npgsql;

namespace Koda.Server.Engine.Evidence;

/// <summary>Reads the whole log, chain after chain, with a few queries for hundreds of chains.</summary>
internal sealed class ReadChains(Database database)
{
    private const string Filters = "chain parts";
    private const int ChainsAtOnce = 200;
    private const int EventsAtOnce = 500;

    // Characters of a part, so that its message stays below what clients take, whatever single events hold.
    private const int LargestPart = 512 * 1024;

    // Behind the last event of a chain.
    private const long Complete = long.MaxValue;

    private sealed record Place(Guid Stream, long Seq);

    /// <summary>Every chain with its events, up to where it ended when it was begun.</summary>
    /// <exception cref="EngineException">INVALID_CURSOR.</exception>
    public IAsyncEnumerable<ChainPart> Execute(string? cursor, CancellationToken cancellationToken) =>
        Read(Decode(cursor), cancellationToken);

    private async IAsyncEnumerable<ChainPart> Read(Place after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (true)
        {
            var chains = await database.Read((connection, token) => Next(connection, after, token), cancellationToken);
            if (chains.Count == 0)
                yield break;
            await foreach (var part in Parts(chains, after, cancellationToken))
                yield return part;
            after = new Place(chains[^1].Stream.Id, Complete);
        }
    }

    private static async Task<List<Chain>> Next(NpgsqlConnection connection, Place after, CancellationToken cancellationToken)
    {
        List<Chain> begun = after.Seq is 0 or Complete ? [] : await ChainQueries.Find(connection, after.Stream, cancellationToken);
        return [.. begun, .. await ChainQueries.List(connection, after.Stream, ChainsAtOnce, cancellationToken)];
    }

    private async IAsyncEnumerable<ChainPart> Parts(
        List<Chain> chains, Place after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var events = Events(chains, after, cancellationToken).GetAsyncEnumerator(cancellationToken);
        var more = await events.MoveNextAsync();
        foreach (var chain in chains)
        {
            var (gathered, size) = (new List<Event>(), 0);
            for (; more && events.Current.StreamId == chain.Stream.Id; more = await events.MoveNextAsync())
            {
                var next = events.Current;
                if (next.Seq > chain.Stream.HeadSeq)
                    continue;
                size += next.Payload.Length;
                if (gathered.Count == EventsAtOnce || size > LargestPart && gathered.Count > 0)
                {
                    yield return new ChainPart(chain, gathered, IsComplete: false, Encode(new Place(chain.Stream.Id, gathered[^1].Seq)));
                    (gathered, size) = ([], next.Payload.Length);
                }
                gathered.Add(next);
            }
            yield return new ChainPart(chain, gathered, IsComplete: true, Encode(new Place(chain.Stream.Id, Complete)));
        }
    }

    /// <summary>The events of these chains, in the order of the chains.</summary>
    private async IAsyncEnumerable<Event> Events(
        List<Chain> chains, Place after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var listed = chains.Select(chain => chain.Stream.Id).ToHashSet();
        for (var place = after; ;)
        {
            var page = await database.Read(
                (connection, token) =>
                    EventQueries.ReadStreams(connection, place.Stream, place.Seq, chains[^1].Stream.Id, EventsAtOnce, token),
                cancellationToken);
            foreach (var entry in page.Where(entry => listed.Contains(entry.StreamId)))
                yield return entry;
            if (page.Count < EventsAtOnce)
                yield break;
            place = new Place(page[^1].StreamId, page[^1].Seq);
        }
    }

    private static string Encode(Place place) =>
        ListCursor.Encode(Filters, $"{place.Stream:N}.{place.Seq.ToString(CultureInfo.InvariantCulture)}");

    private static Place Decode(string? cursor) =>
        ListCursor.Decode(Filters, cursor)?.Split('.') switch
        {
            null => new Place(Guid.Empty, 0),
            [var stream, var seq]
                when Guid.TryParseExact(stream, "N", out var id) && long.TryParse(seq, CultureInfo.InvariantCulture, out var number) =>
                new Place(id, number),
            _ => throw new EngineException(ErrorReason.InvalidCursor, "The cursor is not one of this log."),
        };
}
