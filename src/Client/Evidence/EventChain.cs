using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Koda.Client.Evidence;

/// <summary>Recomputes the hash chain of a task's events, in order, from the first one on: docs/event-log.md defines it.</summary>
/// <param name="streamId">The id of the stream: the task's own id.</param>
public sealed class EventChain(Guid streamId)
{
    private const int HashSize = 32;
    private byte[] _previous = new byte[HashSize];

    /// <summary>The sequence number of the last event that verified. 0: none yet.</summary>
    public long Seq { get; private set; }

    /// <summary>Checks the next event against the chain.</summary>
    /// <returns>Null when it belongs there; otherwise what is wrong with it.</returns>
    public string? Verify(Runtime.Event item)
    {
        if (item.Seq != Seq + 1) return $"event {Seq + 1} is missing: the next one is {item.Seq}";
        var hash = SHA256.HashData([.. _previous, .. Canonical(item)]);
        if (!string.Equals(Convert.ToHexStringLower(hash), item.Hash, StringComparison.Ordinal))
            return $"event {item.Seq} ({item.Kind}) does not have the hash of its content";
        _previous = hash;
        Seq = item.Seq;
        return null;
    }

    private byte[] Canonical(Runtime.Event item)
    {
        using var buffer = new MemoryStream();
        buffer.Write(streamId.ToByteArray(bigEndian: true));
        WriteInt64(buffer, item.Seq);
        WriteInt64(buffer, (item.Time.Seconds * 1_000_000) + (item.Time.Nanos / 1_000));
        WriteText(buffer, item.Kind);
        WriteText(buffer, item.Actor);
        buffer.Write(streamId.ToByteArray(bigEndian: true));
        WriteInt32(buffer, item.Attempt);
        WriteText(buffer, item.Payload);
        WriteText(buffer, item.Usage);
        return buffer.ToArray();
    }

    private static void WriteText(MemoryStream buffer, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        WriteInt32(buffer, bytes.Length);
        buffer.Write(bytes);
    }

    private static void WriteInt64(MemoryStream buffer, long value)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(bytes, value);
        buffer.Write(bytes);
    }

    private static void WriteInt32(MemoryStream buffer, int value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, value);
        buffer.Write(bytes);
    }
}
