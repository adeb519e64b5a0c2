using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Koda.Cli.Terminal;

namespace Koda.Cli.Tests.Backups;

/// <summary>A server that works, is backed up meanwhile, destroyed and restored.</summary>
public sealed class BackupCommandTests(LocalKoda koda) : IClassFixture<LocalKoda>, IDisposable
{
    private const string Secret = "very-secret-value";
    private const string Skill = "---\nname: House\n---\nBe kind.\n";
    private const string Steps = """
        [{tool_calls: [{tool: bash, arguments: {command: "seq 1 60000"}}]},
            {tool_calls: [{tool: bash, arguments: {command: "printf %s \"$API_TOKEN\" | sha256sum"}}]}, {text: "Done."}]
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("koda-backup-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task What_was_backed_up_under_load_is_whole_after_everything_was_destroyed()
    {
        var (archive, passphrase, wrong) = (
            Path.Combine(_folder, "koda.tar"), Path.Combine(_folder, "passphrase"), Path.Combine(_folder, "wrong"));
        await File.WriteAllTextAsync(passphrase, "a passphrase of some length\n");
        await File.WriteAllTextAsync(wrong, "another passphrase\n");
        await koda.ApplyScript("keeper", Steps, "[bash]", permissions: "[{tool: bash, pattern: \"*\", action: allow}]");
        await koda.RunWithInput(Secret + "\n", "agents", "secret", "set", "keeper", "API_TOKEN");
        Directory.CreateDirectory(Path.Combine(koda.Data, "skills"));
        await File.WriteAllTextAsync(Path.Combine(koda.Data, "skills", "house.md"), Skill);
        var first = await RunTask();
        var content = await Artifact(first);

        var load = koda.Run("bench", "--callers", "4", "--seconds", "3");
        while (!(await koda.Run("tasks", "--agent", "bench-noop")).Out.Contains("tsk_", StringComparison.Ordinal))
            Assert.False(load.IsCompleted, "The load ended before the backup began.");
        var backup = await koda.Run("backup", archive, "--passphrase-file", passphrase);
        Assert.True(backup.ExitCode == ExitCode.Ok, backup.Error);
        Assert.Contains(" 1 skill", backup.Out, StringComparison.Ordinal);
        Assert.True((await load).ExitCode == ExitCode.Ok, (await load).Error);
        await IsRefused("A server runs on ", "restore", archive, "--passphrase-file", passphrase, "--replace");
        await koda.Run("down");
        Directory.Delete(koda.Data, recursive: true);

        await IsRefused("That is not the passphrase of this archive.", "restore", archive, "--passphrase-file", wrong);
        var restore = await koda.Run("restore", archive, "--passphrase-file", passphrase);
        Assert.True(restore.ExitCode == ExitCode.Ok, restore.Error);

        Assert.Contains("every chain is whole", (await koda.Run("verify", "--stored")).Out, StringComparison.Ordinal);
        await Restart();
        Assert.Contains("every chain is whole", (await koda.Run("verify")).Out, StringComparison.Ordinal);
        Assert.Equal(Skill, await File.ReadAllTextAsync(Path.Combine(koda.Data, "skills", "house.md")));
        Assert.DoesNotContain("cannot be read", (await koda.Run("secrets")).Out, StringComparison.Ordinal);
        Assert.Equal(content, await Artifact(first));
        // The command of a new task finds the secret.
        var digest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Secret)));
        Assert.Contains(digest, (await koda.Run("trace", await RunTask(), "--json")).Out, StringComparison.Ordinal);
        Assert.Equal([archive, passphrase, wrong], Directory.GetFiles(_folder).Order());
    }

    [Fact]
    public async Task A_passphrase_is_asked_for_twice_and_has_some_length()
    {
        var (exitCode, error) = await Backup(person: false);
        Assert.Equal(ExitCode.Usage, exitCode);
        Assert.StartsWith(
            "error: Nobody can be asked for the passphrase.\n  Give one by --passphrase-file, or", error, StringComparison.Ordinal);
        (_, error) = await Backup(person: true, "short");
        Assert.StartsWith("Passphrase: \nerror: A passphrase has 12 characters or more", error, StringComparison.Ordinal);
        (_, error) = await Backup(person: true, "long enough for a key", "long enough for a kez");
        Assert.Equal("Passphrase: \nThe same again: \nerror: The two passphrases differ.\n", error);
    }

    private async Task<(int ExitCode, string Error)> Backup(bool person, params string[] typed)
    {
        var lines = new Queue<string>(typed);
        using var error = new StringWriter();
        var terminal = new CliTerminal
        {
            In = TextReader.Null,
            Out = TextWriter.Null,
            Error = error,
            Environment = _ => null,
            Interactive = person,
            ReadHidden = lines.Dequeue,
        };
        return (await KodaCommand.Run(["backup", Path.Combine(_folder, "never.tar"), "--data", _folder], terminal), error.ToString());
    }

    private async Task IsRefused(string sentence, params string[] command)
    {
        var run = await koda.Run(command);
        Assert.Equal(ExitCode.Failed, run.ExitCode);
        Assert.Contains("error: " + sentence, run.Error, StringComparison.Ordinal);
    }

    private async Task Restart()
    {
        var up = await koda.Run("up", "--listen", koda.Url, "--workspace", koda.Workspace, "--root", koda.Workspace, "--detach");
        Assert.True(up.ExitCode == ExitCode.Ok, up.Error);
    }

    private async Task<string> RunTask()
    {
        var run = await koda.Run("run", "--agent", "keeper", "--workspace", koda.Workspace, "--json", "Go.");
        Assert.True(run.ExitCode == ExitCode.Ok, run.Error + run.Out);
        var last = run.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1];
        return JsonDocument.Parse(last).RootElement.GetProperty("id").GetString()!;
    }

    private async Task<byte[]> Artifact(string task)
    {
        using var client = new HttpClient { BaseAddress = new Uri(koda.Url) };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Bearer", (await File.ReadAllTextAsync(Path.Combine(koda.Data, "operator.token"))).Trim());
        using var list = JsonDocument.Parse(await client.GetStringAsync($"/api/runtime/tasks/{task}/artifacts"));
        var artifact = Assert.Single(list.RootElement.GetProperty("items").EnumerateArray()).GetProperty("id").GetString();
        return await client.GetByteArrayAsync($"/api/runtime/artifacts/{artifact}/download");
    }
}
