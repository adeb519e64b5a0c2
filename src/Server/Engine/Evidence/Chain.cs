using Koda.Server.Engine.Events;

namespace Koda.Server.Engine.Evidence;

/// <summary>A stream of the log, as whoever verifies it has to know it.</summary>
internal sealed record Chain(StreamRecord Stream, ChainKind Kind);

/// <summary>What a stream is about.</summary>
internal enum ChainKind
{
    Task,
    Session,
    Audit,
}
