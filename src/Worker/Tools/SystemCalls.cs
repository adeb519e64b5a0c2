using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Koda.Worker.Tools;

/// <summary>
/// The system calls that a sandbox refuses, as a filter for the kernel (seccomp): those that set the bits that lend a file's owner to
/// whoever runs it, that make namespaces or mounts, and that reach parts of the kernel which no toolchain needs.
/// </summary>
internal static class SystemCalls
{
    private const int NotPermitted = 1;
    private const int NotThere = 38;
    private const int NoSuchFamily = 97;

    // What a filter reads: the number of the call, the machine's kind, and the lower half of an argument.
    private const uint NumberAt = 0;
    private const uint ArchitectureAt = 4;
    private const uint ArgumentsAt = 16;

    private const ushort Load = 0x20;
    private const ushort JumpIfEqual = 0x15;
    private const ushort JumpIfAtLeast = 0x35;
    private const ushort JumpIfAnyBit = 0x45;
    private const ushort Return = 0x06;
    private const uint Allow = 0x7fff0000;
    private const uint Refuse = 0x00050000;

    private const uint LentBits = 0xc00;
    private const uint Created = 0x400040;
    private const uint NewNamespaces = 0x7e020000;

    /// <summary>A call that is refused when each of some arguments has any of the bits. No argument: always.</summary>
    private sealed record Refusal(uint Call, int Error, params (int Argument, uint Bits)[] When);

    private static readonly uint[] s_families = [1, 2, 10, 16];

    /// <summary>Why there is no filter on this machine. Null: there is one.</summary>
    public static string? Missing =>
        Filter.Length > 0 ? null : $"No filter of system calls is known for {RuntimeInformation.ProcessArchitecture}.";

    /// <summary>The filter as the kernel takes it; empty where none is known for the machine.</summary>
    public static byte[] Filter { get; } = RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => Program(0xc000003e, 41, [.. Everywhere, .. OnX64], foreign: 0x40000000),
        Architecture.Arm64 => Program(0xc00000b7, 198, [.. Everywhere, .. OnArm64], foreign: null),
        _ => [],
    };

    // open_tree, move_mount, fsopen, fsconfig, fsmount, fspick, mount_setattr, open_tree_attr; openat2, io_uring, clone3 hide what they are
    // asked for.
    private static IEnumerable<Refusal> Everywhere =>
    [
        .. Always(NotPermitted, 428, 429, 430, 431, 432, 433, 442, 467), .. Always(NotThere, 425, 426, 427, 435, 437),
        new Refusal(452, NotPermitted, (2, LentBits)),
    ];

    private static IEnumerable<Refusal> OnX64 =>
    [
        // mount, umount2, pivot_root, unshare, setns, add_key, request_key, keyctl, bpf, perf_event_open, userfaultfd, kexec, modules,
        // open_by_handle_at
        .. Always(NotPermitted, 165, 166, 155, 272, 308, 248, 249, 250, 321, 298, 323, 246, 320, 175, 313, 176, 304),
        new Refusal(56, NotPermitted, (0, NewNamespaces)),
        new Refusal(90, NotPermitted, (1, LentBits)), new Refusal(91, NotPermitted, (1, LentBits)),
        new Refusal(268, NotPermitted, (2, LentBits)),
        new Refusal(83, NotPermitted, (1, LentBits)), new Refusal(258, NotPermitted, (2, LentBits)),
        new Refusal(133, NotPermitted, (1, LentBits)), new Refusal(259, NotPermitted, (2, LentBits)),
        new Refusal(85, NotPermitted, (1, LentBits)),
        new Refusal(2, NotPermitted, (1, Created), (2, LentBits)), new Refusal(257, NotPermitted, (2, Created), (3, LentBits)),
    ];

    private static IEnumerable<Refusal> OnArm64 =>
    [
        .. Always(NotPermitted, 40, 39, 41, 97, 268, 217, 218, 219, 280, 241, 282, 104, 294, 105, 273, 106, 265),
        new Refusal(220, NotPermitted, (0, NewNamespaces)),
        new Refusal(52, NotPermitted, (1, LentBits)), new Refusal(53, NotPermitted, (2, LentBits)),
        new Refusal(34, NotPermitted, (2, LentBits)), new Refusal(33, NotPermitted, (2, LentBits)),
        new Refusal(56, NotPermitted, (2, Created), (3, LentBits)),
    ];

    private static IEnumerable<Refusal> Always(int error, params uint[] calls) => calls.Select(call => new Refusal(call, error));

    private static byte[] Program(uint architecture, uint socket, IReadOnlyList<Refusal> refusals, uint? foreign)
    {
        List<(ushort Code, byte Yes, byte No, uint Value)> program =
        [
            (Load, 0, 0, ArchitectureAt), (JumpIfEqual, 1, 0, architecture), (Return, 0, 0, Refuse | NotPermitted), (Load, 0, 0, NumberAt),
        ];
        // The same calls by other numbers, for programs of another kind.
        if (foreign is { } first)
            program.AddRange([(JumpIfAtLeast, 0, 1, first), (Return, 0, 0, Refuse | NotThere)]);
        foreach (var refusal in refusals)
        {
            var checks = refusal.When.Length;
            program.Add((JumpIfEqual, 0, (byte)((2 * checks) + 1 + (checks > 0 ? 1 : 0)), refusal.Call));
            for (var check = 0; check < checks; check++)
            {
                program.Add((Load, 0, 0, ArgumentAt(refusal.When[check].Argument)));
                program.Add((JumpIfAnyBit, 0, (byte)((2 * (checks - check - 1)) + 1), refusal.When[check].Bits));
            }
            program.Add((Return, 0, 0, Refuse | (uint)refusal.Error));
            if (checks > 0)
                program.Add((Return, 0, 0, Allow));
        }
        program.AddRange([(JumpIfEqual, 0, (byte)(s_families.Length + 2), socket), (Load, 0, 0, ArgumentAt(0))]);
        for (var family = 0; family < s_families.Length; family++)
            program.Add((JumpIfEqual, (byte)(s_families.Length - family), 0, s_families[family]));
        program.AddRange([(Return, 0, 0, Refuse | NoSuchFamily), (Return, 0, 0, Allow)]);
        return Bytes(program);
    }

    private static uint ArgumentAt(int index) => ArgumentsAt + (8 * (uint)index);

    private static byte[] Bytes(List<(ushort Code, byte Yes, byte No, uint Value)> program)
    {
        var bytes = new byte[8 * program.Count];
        foreach (var (index, (code, yes, no, value)) in program.Index())
        {
            var at = bytes.AsSpan(8 * index);
            BinaryPrimitives.WriteUInt16LittleEndian(at, code);
            at[2] = yes;
            at[3] = no;
            BinaryPrimitives.WriteUInt32LittleEndian(at[4..], value);
        }
        return bytes;
    }
}
