using System.Text.RegularExpressions;
using Koda.Testing;

namespace Koda.Cli.Tests;

/// <summary>The files of docs/operations, judged by the programs that they are for, or by their specifications.</summary>
public sealed partial class OperationFilesTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(1);

    internal static string Repository { get; } = Path.GetFullPath(
        Path.Combine(Path.GetDirectoryName(KodaProcess.Program())!, "../../../../.."));

    internal static string Folder { get; } = Path.Combine(Repository, "docs", "operations");

    [ProgramTheory("systemd-analyze")]
    [InlineData("koda-server.service")]
    [InlineData("koda-worker.service")]
    public async Task Systemd_takes_the_unit(string unit)
    {
        var folder = Directory.CreateTempSubdirectory("koda-unit-").FullName;
        // It looks whether the program is there.
        var text = (await File.ReadAllTextAsync(Path.Combine(Folder, "systemd", unit))).Replace(
            "/opt/koda/koda", "/bin/true", StringComparison.Ordinal);
        await File.WriteAllTextAsync(Path.Combine(folder, unit), text);

        await PeerProcess.Run(folder, s_limit, "systemd-analyze", "verify", "--man=no", Path.Combine(folder, unit));

        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData("compose", "container/compose.yaml")]
    [InlineData("kubernetes", "kubernetes/koda.yaml")]
    public Task The_specification_takes_the_file(string kind, string file) =>
        PeerProcess.Run(
            Path.Combine(Repository, "tests", "Cli.Tests", "node"), s_limit, "node", "check.mjs", kind, Path.Combine(Folder, file));

    [Fact]
    public void Variables_and_commands_of_the_files_are_those_of_koda()
    {
        var known = File.ReadAllText(Path.Combine(Repository, "docs", "operations.md"));
        // The worker's token is a variable of compose's own.
        var named = Directory.EnumerateFiles(Folder, "*", SearchOption.AllDirectories)
            .SelectMany(file => Variable().Matches(File.ReadAllText(file)).Select(match => match.Value))
            .Where(name => name != "KODA_WORKER_TOKEN").Distinct().ToList();

        Assert.Contains("KODA_DATABASE_URL", named);
        Assert.All(named, name => Assert.Contains(name, known, StringComparison.Ordinal));
    }

    [GeneratedRegex("KODA_[A-Z_]+")]
    private static partial Regex Variable();
}

/// <summary>Runs where a program is installed.</summary>
internal sealed class ProgramTheoryAttribute : TheoryAttribute
{
    public ProgramTheoryAttribute(string program) => Skip =
        new[] { "/usr/local/bin", "/usr/bin", "/usr/sbin" }.Any(folder => File.Exists(Path.Combine(folder, program)))
            ? null
            : $"{program} is not installed.";
}
