using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Koda.Server.Engine.Events;

/// <summary>The hash chain, as docs/event-log.md defines it.</summary>
internal static class EventHash
{
    public const int Size = SHA256.HashSizeInBytes;

    private const int FixedSize = Size + 16 + 8 + 8 + 16 + 4 + (4 * sizeof(int));

    // A lone surrogate would be stored otherwise than it was hashed: better to fail.
    private static readonly UTF8Encoding s_utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>What the first event of a stream is chained to.</summary>
    public static readonly byte[] Origin = new byte[Size];

    /// <summary>
    /// The hash of an event that follows one with hash <paramref name="previous"/>. <see cref="Event.Hash"/> is not read.
    /// </summary>
    public static byte[] Next(ReadOnlySpan<byte> previous, Event entry)
    {
        var most = FixedSize + s_utf8.GetMaxByteCount(entry.Kind.Length) + s_utf8.GetMaxByteCount(entry.Actor.Length)
            + s_utf8.GetMaxByteCount(entry.Payload.Length) + s_utf8.GetMaxByteCount(entry.Usage?.Length ?? 0);
        var buffer = ArrayPool<byte>.Shared.Rent(most);
        try
        {
            previous.CopyTo(buffer);
            var length = Size + WriteCanonical(buffer.AsSpan(Size), entry);
            return SHA256.HashData(buffer.AsSpan(0, length));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static int WriteCanonical(Span<byte> target, Event entry)
    {
        entry.StreamId.TryWriteBytes(target, bigEndian: true, out var at);
        BinaryPrimitives.WriteInt64BigEndian(target[at..], entry.Seq);
        at += sizeof(long);
        BinaryPrimitives.WriteInt64BigEndian(target[at..], (entry.Time - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond);
        at += sizeof(long);
        at += WriteText(target[at..], entry.Kind);
        at += WriteText(target[at..], entry.Actor);
        entry.RunId.TryWriteBytes(target[at..], bigEndian: true, out var runId);
        at += runId;
        BinaryPrimitives.WriteInt32BigEndian(target[at..], entry.Attempt);
        at += sizeof(int);
        at += WriteText(target[at..], entry.Payload);
        return at + WriteText(target[at..], entry.Usage ?? "");
    }

    private static int WriteText(Span<byte> target, string text)
    {
        var length = s_utf8.GetBytes(text, target[sizeof(int)..]);
        BinaryPrimitives.WriteInt32BigEndian(target, length);
        return sizeof(int) + length;
    }
}
