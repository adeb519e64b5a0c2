namespace Koda.Server.Engine.Events;

/// <summary>An event with its place among all streams.</summary>
internal sealed record GlobalEvent(long Position, Event Event);

/// <summary>
/// A page of the global feed. <see cref="NextPosition"/> is the cursor for the next one; it may move on although there is no event.
/// </summary>
internal sealed record GlobalPage(IReadOnlyList<GlobalEvent> Events, long NextPosition);
