namespace Koda.Server.Engine.Events;

/// <summary>A moment of the global order.</summary>
/// <param name="LastPosition">The last position drawn before the moment.</param>
/// <param name="OldestRunning">The oldest transaction id that was running at it.</param>
/// <param name="NextTransaction">The first transaction id that was not given out yet; equals the former when none was running.</param>
internal sealed record PositionMark(long LastPosition, ulong OldestRunning, ulong NextTransaction);
