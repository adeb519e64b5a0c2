using System.Buffers;
using Google.Protobuf;

namespace Koda.Server.Http.Feeds;

/// <summary>How the messages of a feed stand in the body. Writing a message either writes all of it or throws and writes nothing.</summary>
internal abstract class FeedFraming
{
    private static readonly SearchValues<byte> s_breaks = SearchValues.Create("\r\n"u8);

    public abstract string ContentType { get; }

    /// <summary>True when a feed that ends before its first message is answered 204, which tells browsers not to connect again.</summary>
    public virtual bool HasNoContent => false;

    /// <summary>What stands before the first message.</summary>
    public virtual void WriteOpening(IBufferWriter<byte> output)
    {
    }

    public abstract void WriteMessage(IBufferWriter<byte> output, IMessage message);

    /// <summary>Something that means nothing, for a feed that is silent.</summary>
    public virtual void WritePing(IBufferWriter<byte> output)
    {
    }

    /// <param name="output">Takes the frame.</param>
    /// <param name="error">The error as JSON in the service's dialect.</param>
    public abstract void WriteError(IBufferWriter<byte> output, ReadOnlySpan<byte> error);

    /// <summary>Says that the feed is complete and there is nothing to connect again for.</summary>
    public virtual void WriteEnd(IBufferWriter<byte> output)
    {
    }

    /// <summary>
    /// Writes JSON between what stands before and after it in its line. The codec breaks no line, but raw JSON may; breaks can only stand
    /// between tokens, where they mean nothing.
    /// </summary>
    protected static void WriteLine(
        IBufferWriter<byte> output, ReadOnlySpan<byte> before, ReadOnlySpan<byte> json, ReadOnlySpan<byte> after)
    {
        output.Write(before);
        for (var at = json.IndexOfAny(s_breaks); at >= 0; at = json.IndexOfAny(s_breaks))
        {
            output.Write(json[..at]);
            json = json[(at + 1)..];
        }

        output.Write(json);
        output.Write(after);
    }
}
