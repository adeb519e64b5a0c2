using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Koda.Server.Http;
using Koda.Server.Engine;
using Koda.Server.Engine.Events;
using Koda.Server.Engine.Evidence;
using Wire = Koda.Protos.ControlPlane.V1;

namespace Koda.Server.Surfaces.ControlPlane;

/// <summary>Shows the log as it was hashed.</summary>
internal sealed class EvidenceService(ListChains listChains, ReadChains readChains, ReadEvents readEvents)
    : Wire.EvidenceService.EvidenceServiceBase
{
    private const int MaxEvents = 1000;

    public override async Task<Wire.ListChainsResponse> ListChains(Wire.ListChainsRequest request, ServerCallContext context)
    {
        var page = await listChains.Execute(request.Limit, request.Cursor, context.CancellationToken);
        return new Wire.ListChainsResponse { Items = { page.Items.Select(From) }, NextCursor = page.NextCursor ?? "" };
    }

    public override async Task ReadChains(
        Wire.ReadChainsRequest request, IServerStreamWriter<Wire.ChainPart> responseStream, ServerCallContext context)
    {
        var cursor = request.Cursor;
        await context.UntilDraining("part", async ending =>
        {
            await foreach (var part in readChains.Execute(request.Cursor, ending))
            {
                cursor = part.Cursor;
                await responseStream.WriteAsync(
                    new Wire.ChainPart
                    {
                        Chain = From(part.Chain),
                        Events = { part.Events.Select(From) },
                        Complete = part.IsComplete,
                        Cursor = cursor,
                    },
                    ending);
            }
            await responseStream.WriteAsync(new Wire.ChainPart { Cursor = cursor, End = true }, ending);
        });
    }

    public override async Task<Wire.ListChainEventsResponse> ListChainEvents(Wire.ListChainEventsRequest request, ServerCallContext context)
    {
        if (!Guid.TryParse(request.StreamId, out var stream))
            throw RpcFault.Invalid([new FieldFault("stream_id", "is not the id of a stream")]);
        if (request.AfterSeq < 0)
            throw RpcFault.Invalid([new FieldFault("after_seq", "must not be negative")]);
        var limit = Page.Limit(request.Limit, MaxEvents, MaxEvents);
        var events = await readEvents.Execute(stream, request.AfterSeq, limit, context.CancellationToken);
        return new Wire.ListChainEventsResponse { Items = { events.Select(From) } };
    }

    private static Wire.Chain From(Chain chain) => new()
    {
        StreamId = chain.Stream.Id.ToString(),
        Kind = chain.Kind switch
        {
            ChainKind.Task => Wire.ChainKind.Task,
            ChainKind.Session => Wire.ChainKind.Session,
            ChainKind.Audit => Wire.ChainKind.Audit,
            _ => throw new ArgumentOutOfRangeException(nameof(chain), chain.Kind, "A kind of chain without a name."),
        },
        FirstSeq = chain.Stream.FirstSeq,
        BaseHash = Convert.ToHexStringLower(chain.Stream.BaseHash),
        LastSeq = chain.Stream.HeadSeq,
        LastHash = Convert.ToHexStringLower(chain.Stream.HeadHash),
    };

    private static Wire.ChainEvent From(Event entry) => new()
    {
        Seq = entry.Seq,
        Time = Timestamp.FromDateTime(entry.Time),
        Kind = entry.Kind,
        Actor = entry.Actor,
        RunId = entry.RunId.ToString(),
        Attempt = entry.Attempt,
        Payload = entry.Payload,
        Usage = entry.Usage ?? "",
        Hash = Convert.ToHexStringLower(entry.Hash),
    };
}
