using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Koda.Server.Infrastructure.Network;

/// <summary>Whose program is at the other end of a TCP connection within this machine, as the kernel knows (<c>sock_diag</c>).</summary>
internal static partial class PeerUser
{
    private const int Netlink = 16;
    private const int RawAndCloseOnExec = 3 | 0x80000;
    private const int SocketDiagnosis = 4;
    private const ushort ByFamily = 20;
    private const ushort Request = 1;
    private const byte Tcp = 6;
    private const byte Ipv4 = 2;
    private const byte Ipv6 = 10;
    private const byte Established = 1;
    private const uint AllStates = uint.MaxValue;
    private const int HeaderSize = 16;
    private const int RequestSize = HeaderSize + 56;
    private const int AnswerSize = HeaderSize + 72;

    // The kernel answers at once, or not at all.
    private const int DoNotWait = 0x40;

    private static readonly Lazy<uint> s_unmapped = new(() =>
        File.Exists("/proc/sys/kernel/overflowuid") ? uint.Parse(File.ReadAllText("/proc/sys/kernel/overflowuid")) : 65534);

    /// <summary>The user of this process.</summary>
    public static uint Own { get; } = GetEffectiveUser();

    /// <summary>The user whose program opened the peer's socket. Null: that cannot be known.</summary>
    /// <param name="peer">The peer's end.</param>
    /// <param name="here">This end.</param>
    public static uint? Of(IPEndPoint peer, IPEndPoint here)
    {
        if (!OperatingSystem.IsLinux() || peer.Port == 0)
            return null;
        var netlink = OpenSocket(Netlink, RawAndCloseOnExec, SocketDiagnosis);
        if (netlink < 0)
            return null;
        try
        {
            Span<byte> message = stackalloc byte[RequestSize];
            Write(message, peer, here);
            if (Send(netlink, message, RequestSize, 0) != RequestSize)
                return null;
            Span<byte> answer = stackalloc byte[4096];
            return Receive(netlink, answer, (nuint)answer.Length, DoNotWait) is >= AnswerSize and var length
                ? Read(answer[..(int)length])
                : null;
        }
        finally
        {
            _ = Close(netlink);
        }
    }

    // struct nlmsghdr, then struct inet_diag_req_v2: the socket whose own end is the peer's.
    private static void Write(Span<byte> message, IPEndPoint peer, IPEndPoint here)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(message, RequestSize);
        BinaryPrimitives.WriteUInt16LittleEndian(message[4..], ByFamily);
        BinaryPrimitives.WriteUInt16LittleEndian(message[6..], Request);
        var request = message[HeaderSize..];
        var (from, to) = (Plain(peer.Address), Plain(here.Address));
        request[0] = from.AddressFamily == AddressFamily.InterNetwork ? Ipv4 : Ipv6;
        request[1] = Tcp;
        BinaryPrimitives.WriteUInt32LittleEndian(request[4..], AllStates);
        BinaryPrimitives.WriteUInt16BigEndian(request[8..], (ushort)peer.Port);
        BinaryPrimitives.WriteUInt16BigEndian(request[10..], (ushort)here.Port);
        from.TryWriteBytes(request[12..], out _);
        to.TryWriteBytes(request[28..], out _);
        // No cookie of a socket that was asked for before.
        request[48..56].Fill(0xFF);
    }

    // struct inet_diag_msg. A socket that its program closed belongs to nobody any more, and is told as root's; only one that is open
    // counts.
    private static uint? Read(ReadOnlySpan<byte> answer)
    {
        if (BinaryPrimitives.ReadUInt16LittleEndian(answer[4..]) != ByFamily || answer[HeaderSize + 1] != Established)
            return null;
        var user = BinaryPrimitives.ReadUInt32LittleEndian(answer[(HeaderSize + 64)..]);
        var file = BinaryPrimitives.ReadUInt32LittleEndian(answer[(HeaderSize + 68)..]);
        return file == 0 || user == s_unmapped.Value ? null : user;
    }

    private static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint GetEffectiveUser();

    [LibraryImport("libc", EntryPoint = "socket")]
    private static partial int OpenSocket(int family, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "send")]
    private static partial nint Send(int socket, ReadOnlySpan<byte> data, nuint length, int flags);

    [LibraryImport("libc", EntryPoint = "recv")]
    private static partial nint Receive(int socket, Span<byte> data, nuint length, int flags);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int socket);
}
