using System.Globalization;
using Xunit.Abstractions;
using Rpcs = Koda.Contract.Tests.Contract;

namespace Koda.Fuzz.Tests;

/// <summary>
/// Hostile inputs by every face of a real server. <c>KODA_FUZZ_SECONDS</c> (30), <c>KODA_FUZZ_INPUTS</c> (no limit) and
/// <c>KODA_FUZZ_SEED</c> (one that is always the same, so that the suite gives the same answer for the same commit; 0: one by chance) say
/// what is sent.
/// </summary>
public sealed class FuzzTests(ITestOutputHelper output)
{
    private const int UsualSeed = 8;
    private const int MostMegabytes = 800;

    [Fact]
    public async Task Nothing_that_is_sent_breaks_the_server_or_shows_its_inside()
    {
        var seconds = Setting("KODA_FUZZ_SECONDS") ?? 30;
        var inputs = Setting("KODA_FUZZ_INPUTS") ?? int.MaxValue;
        var seed = Setting("KODA_FUZZ_SEED") ?? UsualSeed;
        await using var server = await FuzzServer.Start();
        var report = new FuzzReport(Say);
        await new FuzzRun(server, report, Say).Run(seed == 0 ? Random.Shared.Next() : seed, TimeSpan.FromSeconds(seconds), inputs);

        Say(report.Words());
        Say($"{server.PeakMegabytes()} MB at most; chains: {await server.Verify()}");
        var unreached = Rpcs.Methods.Select(method => method.FullName).Except(report.Reached).ToList();
        Say($"rpcs without a success: {string.Join(", ", unreached)}");
        var wrong = report.Findings.Concat(server.Alarms()).ToList();
        Say($"{wrong.Count} findings\n{string.Join("\n\n", server.Alarms())}");
        Assert.True(wrong.Count == 0, $"{wrong.Count} findings:\n{string.Join("\n\n", wrong)}");
        Assert.True(await server.IsReady(), "The server is not ready any more.");
        Assert.InRange(server.PeakMegabytes(), 1, MostMegabytes);
    }

    private static int? Setting(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : null;

    private void Say(string text)
    {
        output.WriteLine(text);
        if (Environment.GetEnvironmentVariable("KODA_FUZZ_REPORT") is { Length: > 0 } path)
            File.AppendAllText(path, text + "\n");
    }
}
