namespace Koda.Server.Engine.Events;

/// <summary>The end of a stream while events are being chained to it.</summary>
internal sealed class StreamHead
{
    public required Guid Id { get; init; }

    public required long Seq { get; set; }

    public required byte[] Hash { get; set; }

    /// <summary>The stream has no row yet.</summary>
    public bool IsNew { get; init; }
}
