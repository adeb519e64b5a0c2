using System.Buffers;
using Google.Protobuf;
using Koda.Server.Http.Json;

namespace Koda.Server.Http.Feeds;

/// <summary>
/// A message a line. A feed that fails ends with the line <c>{"error":…}</c>; one that is complete just ends. There is no line that every
/// reader would pass over, so a silent feed says nothing.
/// </summary>
internal sealed class NdjsonFraming : FeedFraming
{
    public override string ContentType => FeedFormat.Ndjson;

    public override void WriteMessage(IBufferWriter<byte> output, IMessage message) =>
        WriteLine(output, ""u8, MessageJson.Write(message), "\n"u8);

    public override void WriteError(IBufferWriter<byte> output, ReadOnlySpan<byte> error) =>
        WriteLine(output, "{\"error\":"u8, error, "}\n"u8);
}
