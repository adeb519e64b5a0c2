using Google.Protobuf.WellKnownTypes;
using LoggedEvent = Koda.Server.Engine.Events.Event;
using Wire = Koda.Protos.Runtime.V1;

namespace Koda.Server.Surfaces.Runtime;

/// <summary>The runtime API's view of events.</summary>
internal static class EventViews
{
    public static Wire.Event From(LoggedEvent entry) => new()
    {
        Seq = entry.Seq,
        TaskId = PublicId.Task(entry.StreamId),
        Time = Timestamp.FromDateTime(entry.Time),
        Kind = entry.Kind,
        Actor = entry.Actor,
        Attempt = entry.Attempt,
        Payload = entry.Payload,
        Usage = entry.Usage ?? "",
        Hash = Convert.ToHexStringLower(entry.Hash),
    };
}
