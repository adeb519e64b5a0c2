using System.Buffers;
using Google.Protobuf;
using Koda.Server.Http.Json;
using Koda.Server.Http.Wire;

namespace Koda.Server.Http.Feeds;

/// <summary>A message a line. A feed that fails ends with the line <c>{"error":…}</c>; one that is complete just ends.</summary>
internal sealed class NdjsonFraming : FeedFraming
{
    public override string ContentType => FeedFormat.Ndjson;

    public override bool HasNoContent => false;

    public override void WriteOpening(PooledBufferWriter output)
    {
    }

    public override void WriteMessage(PooledBufferWriter output, IMessage message)
    {
        using var json = new PooledBufferWriter();
        MessageJson.Write(json, message);
        JsonLines.WriteAsOne(output, json.WrittenSpan);
        output.Write("\n"u8);
    }

    /// <summary>There is no line that every reader would pass over.</summary>
    public override void WritePing(PooledBufferWriter output)
    {
    }

    public override void WriteError(PooledBufferWriter output, ReadOnlySpan<byte> error)
    {
        output.Write("{\"error\":"u8);
        JsonLines.WriteAsOne(output, error);
        output.Write("}\n"u8);
    }

    public override void WriteEnd(PooledBufferWriter output)
    {
    }
}
