namespace Koda.Server.Hosting;

/// <summary>What the verification of a stored log found.</summary>
/// <param name="Streams">How many streams were read.</param>
/// <param name="Events">How many events were read.</param>
/// <param name="Fault">The first place that is not what was appended. Null: every chain is whole.</param>
public sealed record StoredLogReport(long Streams, long Events, string? Fault);
