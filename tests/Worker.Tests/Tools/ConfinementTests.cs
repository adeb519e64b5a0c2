using System.Text.Json.Nodes;
using Koda.Worker.Tools;
using Xunit;

namespace Koda.Worker.Tests.Tools;

/// <summary>What a command in a sandbox is for the kernel, and what it sees of the machine.</summary>
public sealed class ConfinementTests : IDisposable
{
    private const uint Somebody = 54321;

    private readonly TempWorkspace _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<bool> Owners => CommandUser.IsRoot ? [false, true] : [false];

    [SandboxTheory]
    [MemberData(nameof(Owners))]
    public async Task A_command_has_no_rights_and_gets_none(bool somebodys)
    {
        var result = await Run(
            "cat /proc/self/status; id -u; cat /proc/self/mountinfo; touch made; kill -9 1; sudo -n true; su -c true", somebodys);

        foreach (var set in new[] { "CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb" })
            Assert.Contains($"{set}:\t0000000000000000", result);
        Assert.Contains("NoNewPrivs:\t1", result);
        Assert.Contains("Seccomp:\t2", result);
        Assert.All(result.Split('\n').Where(line => line.Contains(" / rw") || line.Contains(" ext4 ") || line.Contains(" tmpfs ")), line =>
            Assert.Contains("nosuid", line));
        Assert.Contains($"\n{(somebodys ? Somebody : CommandUser.Own.Id)}\n", result);
        Assert.Equal(somebodys ? Somebody : CommandUser.Own.Id, NativeFiles.Owner($"{_folder.Root}/made").User);
    }

    [SandboxTheory]
    [MemberData(nameof(Owners))]
    public async Task What_the_kernel_shows_of_itself_cannot_be_changed(bool somebodys)
    {
        var result = await Run(
            "for f in /proc/sys/kernel/core_pattern /proc/sys/vm/drop_caches /proc/sysrq-trigger /proc/1/mem /proc/1/environ; do (echo x >> $f) 2>/dev/null && echo changed $f; done; "
            + "mount -o remount,rw /proc/sys; umount /proc/sys; (: >> /proc/sys/kernel/core_pattern) && echo opened", somebodys);
        Assert.DoesNotContain("changed /proc/sys", result);
        Assert.DoesNotContain("opened", result);
    }

    // Numbers of calls differ between machines, so they are made by whatever has a name for them.
    [SandboxTheory]
    [InlineData("touch f; chmod u+s f || echo refused")]
    [InlineData("touch f; chmod g+s f || echo refused")]
    [InlineData("mkdir d; chmod 2755 d || echo refused")]
    [InlineData("install -m 4755 /bin/true f || echo refused")]
    [InlineData("cp /bin/true f; python3 -c \"import os; os.fchmod(os.open('f', os.O_RDWR), 0o6755)\" || echo refused")]
    [InlineData("python3 -c \"import os; os.open('f', os.O_CREAT | os.O_WRONLY, 0o4755)\" || echo refused")]
    [InlineData("python3 -c \"import os; os.open('.', os.O_TMPFILE | os.O_WRONLY, 0o4755)\" || echo refused")]
    [InlineData("python3 -c \"import os; os.mknod('f', 0o104755)\" || echo refused")]
    [InlineData("unshare -U true || echo refused")]
    [InlineData("unshare -Urm mount -t tmpfs x /mnt || echo refused")]
    [InlineData(
        "python3 -c \"import ctypes; c = ctypes.CDLL(None, use_errno=True); exit(c.syscall(56, 0x10000011, 0, 0, 0, 0) < 0)\" || echo refused"
    )]
    [InlineData(
        "python3 -c \"import ctypes; c = ctypes.CDLL(None, use_errno=True); exit(c.setns(0, 0) < 0 and ctypes.get_errno() == 1)\" || echo refused"
    )]
    [InlineData(
        "python3 -c \"import ctypes; c = ctypes.CDLL(None, use_errno=True); r = [c.syscall(n, 0, 0, 0, 0, 0) for n in (425, 435, 437)]; exit(ctypes.get_errno() == 38)\" || echo refused"
    )]
    [InlineData("python3 -c \"import socket; socket.socket(40, socket.SOCK_STREAM)\" || echo refused")]
    [InlineData("python3 -c \"import socket; socket.socket(socket.AF_ALG, socket.SOCK_SEQPACKET)\" || echo refused")]
    public async Task A_call_that_no_toolchain_needs_is_refused(string command)
    {
        Assert.Contains("refused", await Run(command));
        Assert.All(Directory.GetFileSystemEntries(_folder.Root), path => Assert.Equal(0, NativeFiles.Owner(path).Mode & 0xc00));
    }

    [SandboxTheory]
    [MemberData(nameof(Owners))]
    public async Task Of_the_machine_only_what_toolchains_need_is_shown(bool somebodys)
    {
        var result = await Run(
            "cat /etc/passwd /etc/group /etc/hosts; ls -d /opt /home /srv /var /run /etc/shadow /etc/ssl/private /root/.ssh /etc/ssh; find / -xdev -type s 2>/dev/null; ls -A ~",
            somebodys);
        var accounts = result.Split('\n').Where(line => line.Count(letter => letter == ':') == 6).Select(line => line.Split(':')[0]);
        Assert.Empty(accounts.Except(["root", "agent", "nobody"]));
        Assert.All(result.Split('\n').Where(line => line.StartsWith('/')), line =>
            Assert.StartsWith("/opt", line, StringComparison.Ordinal));
        Assert.DoesNotContain(Environment.MachineName, result);
    }

    [Fact]
    public void A_directory_of_PATH_is_shown_when_it_is_nobody_elses()
    {
        Assert.True(Toolchains.IsPublic("/usr/bin"));
        Assert.False(Toolchains.IsPublic("/tmp"));
        Assert.False(Toolchains.IsPublic("/no/such/directory"));
        Assert.False(Toolchains.IsPublic(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile)));
        var own = Directory.CreateDirectory($"{_folder.Root}/bin").FullName;
        Assert.True(Toolchains.IsPublic(own));
        File.SetUnixFileMode(own, (UnixFileMode)0b111_111_111);
        Assert.False(Toolchains.IsPublic(own));
    }

    [RootFact]
    public void A_directory_in_anothers_is_not_shown()
    {
        var programs = Directory.CreateDirectory($"{_folder.Root}/home/bin").FullName;
        Assert.True(Toolchains.IsPublic(programs));
        NativeFiles.ChangeOwner($"{_folder.Root}/home", Somebody, Somebody);
        Assert.False(Toolchains.IsPublic(programs));
    }

    [SandboxTheory]
    [MemberData(nameof(Owners))]
    public async Task Toolchains_work_offline(bool somebodys)
    {
        string[] lines =
        [
            "git init -q . && git -c user.name=a -c user.email=a@b commit -q --allow-empty -m one && git log --oneline",
            "! command -v node || node -e \"require('child_process').execSync('true'); require('fs').writeFileSync('n', 'x'); new (require('worker_threads').Worker)('1', {eval: true})\"",
            "! command -v npm || (echo '{\"name\": \"a\", \"version\": \"1.0.0\", \"scripts\": {\"test\": \"node -e 1\"}}' > package.json && npm test)",
            "! command -v cargo || (cargo init --quiet --vcs none --name thing rust && cd rust && cargo test --offline --quiet)",
            "! command -v go || (mkdir go && cd go && go mod init a && printf 'package main\\nfunc main() {}\\n' > a.go && go run .)",
            "! command -v java || java -version",
            "python3 -c 'import ssl, sqlite3, subprocess, multiprocessing; subprocess.run([\"true\"], check=True); multiprocessing.Queue()'",
        ];
        foreach (var line in lines)
            Assert.EndsWith("(exit code 0)", await Run(line, somebodys));
    }

    [RootFact]
    public async Task What_tools_of_a_worker_that_is_root_make_in_somebodys_workspace_is_his()
    {
        NativeFiles.ChangeOwner(_folder.Root, Somebody, Somebody);
        await _folder.Run(new WriteTool(), """{"path": "a/b/c.txt", "content": "one\n"}""");
        var result = await Run("set -e; echo two >> a/b/c.txt; mv a/b a/d; id -u; touch ~/x", somebodys: true);
        Assert.Equal($"{Somebody}\n(exit code 0)", result);
        Assert.Equal("one\ntwo\n", _folder.Read("a/d/c.txt"));
        // Without a sandbox too: his home is his then.
        Assert.Equal(
            $"{Somebody}\n(exit code 0)",
            (await _folder.Run(new BashTool(), """{"command": "set -e; touch ~/x; id -u"}""")).Text);
    }

    private async Task<string> Run(string command, bool somebodys = false)
    {
        if (somebodys)
            NativeFiles.ChangeOwner(_folder.Root, Somebody, Somebody);
        var context = _folder.Context with { Sandbox = TestSandbox.Here, CommandTimeout = TimeSpan.FromMinutes(5) };
        return (await new BashTool().Bind(new JsonObject { ["command"] = command }).Run(context, CancellationToken.None)).Text;
    }
}
