using System.Collections.Concurrent;
using System.Text;

namespace Koda.Worker.Tools;

/// <summary>
/// What a sandbox shows of the machine: programs, libraries and what these need to know; of its people and its network nothing.
/// </summary>
internal static class SystemFiles
{
    private const int AccountsAt = 9;
    private const int GroupsAt = 8;
    private const int HostsAt = 7;
    private const int FilterAt = 6;

    private const string Nobody = "65534";

    private static readonly string s_open =
        $"""a=$1 g=$2 h=$3 f=$4; shift 4; exec "$@" {AccountsAt}<"$a" {GroupsAt}<"$g" {HostsAt}<"$h" {FilterAt}<"$f" """;

    private static readonly string[] s_shown =
    [
        "/usr",
        "/bin",
        "/sbin",
        "/lib",
        "/lib32",
        "/lib64",
        "/nix/store",
        "/etc/alternatives",
        "/etc/ca-certificates",
        "/etc/crypto-policies",
        "/etc/dotnet",
        "/etc/fonts",
        "/etc/ld.so.cache",
        "/etc/ld.so.conf",
        "/etc/ld.so.conf.d",
        "/etc/localtime",
        "/etc/maven/logging",
        "/etc/maven/m2.conf",
        "/etc/mime.types",
        "/etc/nsswitch.conf",
        "/etc/perl",
        "/etc/pki/ca-trust/extracted",
        "/etc/pki/java",
        "/etc/pki/tls/cert.pem",
        "/etc/pki/tls/certs",
        "/etc/pki/tls/openssl.cnf",
        "/etc/protocols",
        "/etc/services",
        "/etc/ssl/certs",
        "/etc/ssl/cert.pem",
        "/etc/ssl/openssl.cnf",
    ];

    // Settings of languages that carry their version in the name.
    private static readonly string[] s_versioned = ["java-*", "python3*"];

    // For the kernel, root without rights still owns these.
    private static readonly string[] s_closed = ["/proc/sys", "/proc/sysrq-trigger", "/proc/fs", "/proc/acpi", "/proc/scsi", "/proc/keys"];

    private static readonly HeldFile s_hosts = Held("127.0.0.1 localhost\n::1 localhost\n");
    private static readonly HeldFile s_filter = new(SystemCalls.Filter);
    private static readonly ConcurrentDictionary<CommandUser, (HeldFile Accounts, HeldFile Groups)> s_accounts = new();

    /// <summary>The mounts. The accounts are those that <see cref="Opening"/> opens.</summary>
    public static IEnumerable<Mount> Mounts =>
        s_shown.Concat(s_versioned.SelectMany(name => Directory.Exists("/etc") ? Directory.EnumerateDirectories("/etc", name) : []))
            .Select(path => new Mount(path, MountKind.Readable))
            .Concat(s_closed.Where(Path.Exists).Select(path => new Mount(path, MountKind.Readable)));

    /// <summary>What names of the network need.</summary>
    public static IEnumerable<Mount> OfNetwork => [new Mount("/etc/resolv.conf", MountKind.Readable)];

    /// <summary>The arguments of <c>bwrap</c> for what has no file of its own on the machine.</summary>
    public static IEnumerable<string> Arguments =>
        [
            "--perms",
            "0444",
            "--ro-bind-data",
            $"{AccountsAt}",
            "/etc/passwd",
            "--perms",
            "0444",
            "--ro-bind-data",
            $"{GroupsAt}",
            "/etc/group",
            "--perms",
            "0444",
            "--ro-bind-data",
            $"{HostsAt}",
            "/etc/hosts",
            .. SystemCalls.Missing is null ? new[] { "--seccomp", $"{FilterAt}" } : [],
        ];

    /// <summary>The command line that opens for <paramref name="command"/> what its arguments name.</summary>
    public static IReadOnlyList<string> Opening(CommandUser user, IReadOnlyList<string> command)
    {
        var (accounts, groups) = s_accounts.GetOrAdd(user, added => (Held(AccountsOf(added)), Held(GroupsOf(added))));
        return ["/bin/sh", "-c", s_open, "sh", accounts.Path, groups.Path, s_hosts.Path, s_filter.Path, .. command];
    }

    private static string AccountsOf(CommandUser user) =>
        string.Concat(
            user.Id == 0 ? "" : $"root:x:0:0:root:/:/bin/sh\n",
            $"{Name(user)}:x:{user.Id}:{user.Group}::{Sandbox.Home}:/bin/bash\n",
            $"nobody:x:{Nobody}:{Nobody}::/:/bin/false\n");

    private static string GroupsOf(CommandUser user) => string.Concat(
        user.Group == 0 ? "" : "root:x:0:\n", $"{Name(user)}:x:{user.Group}:\n", $"nogroup:x:{Nobody}:\n");

    private static string Name(CommandUser user) => user.Id == 0 ? "root" : "agent";

    private static HeldFile Held(string text) => new(Encoding.UTF8.GetBytes(text));
}
