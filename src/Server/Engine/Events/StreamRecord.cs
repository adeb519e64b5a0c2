namespace Koda.Server.Engine.Events;

/// <summary>A stored stream: where it ends, and where what is kept of it begins.</summary>
/// <param name="BaseHash">The hash before event <paramref name="FirstSeq"/>.</param>
/// <param name="Id">The root run or conversation.</param>
/// <param name="HeadSeq">The sequence of the last event.</param>
/// <param name="HeadHash">The hash of the last event.</param>
/// <param name="FirstSeq">The sequence of the oldest event kept.</param>
internal sealed record StreamRecord(Guid Id, long HeadSeq, byte[] HeadHash, long FirstSeq, byte[] BaseHash);
