using System.Buffers.Binary;

namespace Koda.Server.Engine.Tasks;

/// <summary>Ids of tasks. They are UUIDv7 that never run backwards within a server, because the queue is served in their order.</summary>
internal static class TaskIds
{
    private static readonly Lock s_lock = new();
    private static UInt128 s_last;

    public static Guid Next()
    {
        Span<byte> bytes = stackalloc byte[16];
        Guid.CreateVersion7().TryWriteBytes(bytes, bigEndian: true, out _);
        var next = BinaryPrimitives.ReadUInt128BigEndian(bytes);
        lock (s_lock)
        {
            // Within one millisecond the rest is random. Then the id counts on from the last one, by RFC 9562, 6.2, method 2; the step
            // keeps it unguessable.
            if (next <= s_last)
                next = s_last + 1 + (UInt128)Random.Shared.Next();
            s_last = next;
        }
        BinaryPrimitives.WriteUInt128BigEndian(bytes, next);
        return new Guid(bytes, bigEndian: true);
    }
}
