using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Koda.Protos.ControlPlane.V1;

namespace Koda.Client.Evidence;

/// <summary>Recomputes a hash chain, event by event in their order: docs/event-log.md defines it.</summary>
public sealed class EventChain
{
    private const int HashSize = 32;
    private readonly Guid _streamId;
    private byte[] _previous;

    /// <summary>Begins with a stream's first event.</summary>
    /// <param name="streamId">The id of the stream: a task's own id.</param>
    public EventChain(Guid streamId) => (_streamId, _previous) = (streamId, new byte[HashSize]);

    /// <summary>Begins with the oldest event that is kept of a stream.</summary>
    public EventChain(Chain chain)
    {
        _streamId = Guid.Parse(chain.StreamId);
        _previous = Convert.FromHexString(chain.BaseHash);
        Seq = chain.FirstSeq - 1;
    }

    /// <summary>The sequence number of the last event that verified. 0: none yet.</summary>
    public long Seq { get; private set; }

    /// <summary>The hash of that event, in lower-case hex.</summary>
    public string Hash => Convert.ToHexStringLower(_previous);

    /// <summary>Checks a task's next event against the chain.</summary>
    /// <returns>Null when it belongs there; otherwise what is wrong with it.</returns>
    public string? Verify(Runtime.Event item) => Verify(new ChainEvent
    {
        Seq = item.Seq,
        Time = item.Time,
        Kind = item.Kind,
        Actor = item.Actor,
        RunId = _streamId.ToString(),
        Attempt = item.Attempt,
        Payload = item.Payload,
        Usage = item.Usage,
        Hash = item.Hash,
    });

    /// <summary>Checks the next event against the chain.</summary>
    /// <returns>Null when it belongs there; otherwise what is wrong with it.</returns>
    public string? Verify(ChainEvent item)
    {
        if (item.Seq != Seq + 1)
            return $"event {Seq + 1} is missing: the next one is {item.Seq}";
        var hash = SHA256.HashData([.. _previous, .. Canonical(item)]);
        if (!string.Equals(Convert.ToHexStringLower(hash), item.Hash, StringComparison.Ordinal))
            return $"event {item.Seq} ({item.Kind}) does not have the hash of its content";
        _previous = hash;
        Seq = item.Seq;
        return null;
    }

    private byte[] Canonical(ChainEvent item)
    {
        using var buffer = new MemoryStream();
        buffer.Write(_streamId.ToByteArray(bigEndian: true));
        WriteInt64(buffer, item.Seq);
        WriteInt64(buffer, (item.Time.Seconds * 1_000_000) + (item.Time.Nanos / 1_000));
        WriteText(buffer, item.Kind);
        WriteText(buffer, item.Actor);
        buffer.Write(Guid.Parse(item.RunId).ToByteArray(bigEndian: true));
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
