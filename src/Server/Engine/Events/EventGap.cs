namespace Koda.Server.Engine.Events;

/// <summary>Says in a feed that events are missing because they are not kept any more. It is not stored and has no hash.</summary>
internal static class EventGap
{
    public const string Kind = "feed.gap";

    /// <summary>
    /// An event in the place of those from <paramref name="first"/> to <paramref name="last"/>, whose cursor is that of the last.
    /// </summary>
    public static Event Between(Guid streamId, long first, long last, DateTime time) =>
        new(streamId, last, time, Kind, "system", Guid.Empty, 0, $$"""{"first_seq":{{first}},"last_seq":{{last}}}""", null, []);
}
