using System.Text.Json.Nodes;
using Koda.Worker.Tools;
using Xunit;

namespace Koda.Worker.Tests.Tools;

/// <summary>What a command in a sandbox sees of paths that are kept from it, and of those outside that it was granted.</summary>
public sealed class CoveredPathsTests : IDisposable
{
    private readonly TempWorkspace _folder = new();
    private readonly string _keys;
    private readonly string _token;

    public CoveredPathsTests()
    {
        _keys = Path.GetDirectoryName(_folder.Write("own/keys/id", "a secret"))!;
        _token = _folder.Write("own/token", "a secret");
        _folder.Write("own/plain", "to be seen");
        File.WriteAllText($"{_folder.Outside}/token", "a secret");
        File.WriteAllText($"{_folder.Outside}/plain", "to be seen");
    }

    public void Dispose() => _folder.Dispose();

    [SandboxTheory]
    [InlineData("cat own/keys/id own/token ../outside/token; ls -la own/keys")]
    [InlineData("chmod 777 own/keys own/token; cat own/token own/keys/id; cp -r own copy; grep -r secret .")]
    [InlineData("umount own/keys own/token; umount -l own/keys; mount --bind own/keys own/keys; cat own/keys/id own/token")]
    [InlineData("unshare -Urm sh -c 'umount -l own/keys own/token; cat own/keys/id own/token'")]
    [InlineData(
        "mv own/keys own/k; mv own other; mv own/token own/t; rm -rf own/keys own/token; ln own/token t; cat other/keys/id own/k/id own/t t"
    )]
    [InlineData("python3 -c \"print(open('own/token').read())\"; tail -n +1 /proc/*/root$PWD/own/token /proc/*/cwd/own/token")]
    public async Task What_is_covered_is_not_there(string command)
    {
        var result = await Run(command, new OutsidePath(_folder.Outside, Writable: true));
        Assert.DoesNotContain("a secret", result);
        Assert.Equal("a secret", File.ReadAllText($"{_keys}/id"));
        Assert.Equal("a secret", File.ReadAllText(_token));
        Assert.Contains("to be seen", await Run("cat own/plain ../outside/plain", new OutsidePath(_folder.Outside, Writable: false)));
    }

    [SandboxFact]
    public async Task What_is_covered_is_there_for_a_command_that_was_granted_it_by_name()
    {
        Directory.CreateDirectory($"{_keys}/deep");
        File.WriteAllText($"{_keys}/deep/other", "another secret");

        Assert.Contains(
            "a secret\n(exit code 0)",
            await Run("cat own/token; cat own/keys/id 2>/dev/null; true", new OutsidePath(_token, Writable: false)));
        Assert.Contains("another secret", await Run("cat own/keys/deep/other", new OutsidePath(_keys, Writable: false)));
        var below = await Run(
            "cat own/keys/id; ls own/keys; cat own/keys/deep/other; touch own/keys/new", new OutsidePath($"{_keys}/id", Writable: false));
        Assert.StartsWith("a secret", below);
        Assert.DoesNotContain("another", below);
        Assert.False(File.Exists($"{_keys}/new"));
    }

    [SandboxFact]
    public async Task A_link_to_what_is_covered_leads_nowhere()
    {
        File.CreateSymbolicLink($"{_folder.Root}/link", _token);
        Directory.CreateSymbolicLink($"{_folder.Root}/keys", _keys);
        Assert.DoesNotContain("a secret", await Run("cat link keys/id"));
    }

    [SandboxFact]
    public async Task A_path_outside_is_read_only_unless_it_was_granted_to_be_written()
    {
        var plain = $"{_folder.Outside}/plain";
        Assert.Contains(
            "Read-only file system", await Run($"cat {plain}; echo changed > {plain}", new OutsidePath(plain, Writable: false)));
        Assert.Equal("to be seen", File.ReadAllText(plain));
        Assert.Contains("(exit code 0)", await Run($"echo changed > {plain}", new OutsidePath(plain, Writable: true)));
        Assert.Equal("changed\n", File.ReadAllText(plain));
    }

    [SandboxTheory]
    [InlineData("echo made > ../outside/new")]
    [InlineData("echo made > ../outside/new.tmp; mv ../outside/new.tmp ../outside/new")]
    [InlineData("mkdir ../outside/new; echo made > ../outside/new/file")]
    public async Task A_path_that_is_to_be_made_is_granted_without_what_lies_beside_it(string command)
    {
        var result = await Run(
            $"{command}; cat ../outside/plain; echo changed > ../outside/plain; echo more > ../outside/other; rm -f ../outside/token",
            new OutsidePath($"{_folder.Outside}/new", Writable: true));

        Assert.DoesNotContain("to be seen", result);
        Assert.Equal("to be seen", File.ReadAllText($"{_folder.Outside}/plain"));
        Assert.Equal("a secret", File.ReadAllText($"{_folder.Outside}/token"));
        Assert.Equal(
            ["new", "plain", "token"],
            Directory.GetFileSystemEntries(_folder.Outside).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal));
        var made = Directory.Exists($"{_folder.Outside}/new") ? $"{_folder.Outside}/new/file" : $"{_folder.Outside}/new";
        Assert.Equal("made\n", File.ReadAllText(made));
    }

    [SandboxFact]
    public async Task A_granted_path_that_no_command_made_is_not_there_afterwards()
    {
        await Run("true", new OutsidePath($"{_folder.Outside}/new", Writable: true));
        Assert.Equal(2, Directory.GetFileSystemEntries(_folder.Outside).Length);
    }

    private async Task<string> Run(string command, params OutsidePath[] outside)
    {
        var context = _folder.Context with
        {
            Sandbox = TestSandbox.Here.Covering([_keys, _token, $"{_folder.Outside}/token", "/no/such/path"]),
        };
        return (
            await new BashTool().Bind(new JsonObject { ["command"] = command }).Run(context.Reaching(outside), CancellationToken.None)
        ).Text;
    }
}
