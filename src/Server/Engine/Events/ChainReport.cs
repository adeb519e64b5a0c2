namespace Koda.Server.Engine.Events;

/// <summary>What a verification found.</summary>
/// <param name="Streams">How many streams were read.</param>
/// <param name="Events">How many events were read.</param>
/// <param name="FirstBreak">Null when every chain is whole.</param>
internal sealed record ChainReport(long Streams, long Events, ChainBreak? FirstBreak);

/// <summary>The first place at which a stream is not what was appended.</summary>
/// <param name="StreamId">The stream.</param>
/// <param name="Seq">The sequence of the event at fault, or of the first one missing.</param>
/// <param name="Fault">In which way.</param>
internal sealed record ChainBreak(Guid StreamId, long Seq, ChainFault Fault);

internal enum ChainFault
{
    /// <summary>An event in the middle is missing.</summary>
    SequenceHole,

    /// <summary>An event's content is not what was hashed.</summary>
    HashMismatch,

    /// <summary>The last events are missing.</summary>
    TruncatedTail,

    /// <summary>The stream's head does not name the last event.</summary>
    HeadMismatch,
}
