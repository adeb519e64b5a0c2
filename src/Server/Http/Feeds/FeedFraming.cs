using Google.Protobuf;
using Koda.Server.Http.Wire;

namespace Koda.Server.Http.Feeds;

/// <summary>How the messages of a feed stand in the body. Writing a message either writes all of it or throws and writes nothing.</summary>
internal abstract class FeedFraming
{
    public abstract string ContentType { get; }

    /// <summary>True when a feed that ends before its first message is answered 204, which tells browsers not to connect again.</summary>
    public abstract bool HasNoContent { get; }

    /// <summary>What stands before the first message.</summary>
    public abstract void WriteOpening(PooledBufferWriter output);

    public abstract void WriteMessage(PooledBufferWriter output, IMessage message);

    /// <summary>Something that means nothing, for a feed that is silent.</summary>
    public abstract void WritePing(PooledBufferWriter output);

    /// <param name="output">Takes the frame.</param>
    /// <param name="error">The error as JSON in the service's dialect.</param>
    public abstract void WriteError(PooledBufferWriter output, ReadOnlySpan<byte> error);

    /// <summary>Says that the feed is complete and there is nothing to connect again for.</summary>
    public abstract void WriteEnd(PooledBufferWriter output);
}
