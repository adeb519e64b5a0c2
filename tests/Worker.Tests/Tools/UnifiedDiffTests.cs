using System.Diagnostics;
using Koda.Worker.Tools;
using Xunit;

namespace Koda.Worker.Tests.Tools;

public class UnifiedDiffTests
{
    [Fact]
    public void Equal_texts_have_no_difference() => Assert.Equal("", UnifiedDiff.Between("a", "x\ny\n", "x\ny\n"));

    [Fact]
    public void Distant_changes_make_hunks_of_their_own()
    {
        var old = Enumerable.Range(1, 30).Select(n => $"{n}\n").ToArray();
        var now = old.Select(line => line is "5\n" or "25\n" ? $"x{line}" : line);

        var diff = UnifiedDiff.Between("a", string.Concat(old), string.Concat(now));

        Assert.Contains("@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+x5\n 6\n 7\n 8\n@@ -22,7 +22,7 @@\n", diff);
    }

    [Fact]
    public async Task A_difference_can_be_applied_by_patch()
    {
        var random = new Random(42);
        for (var round = 0; round < 25; round++)
        {
            var old = Text(random, 40);
            var now =
                round % 5 == 0
                    ? Text(random, 40)
                    : string.Concat(
                        old.Split('\n').Where(_ => random.Next(8) > 0).Select(line => line + (random.Next(8) == 0 ? "+\n" : "\n")));
            Assert.Equal(now, await Patched(old, UnifiedDiff.Between("file", old, now)));
        }
    }

    [Fact]
    public void Texts_that_differ_altogether_take_no_time()
    {
        var old = string.Concat(Enumerable.Range(0, 50_000).Select(n => $"a{n}\n"));
        var now = string.Concat(Enumerable.Range(0, 50_000).Select(n => $"b{n}\n"));
        var started = Stopwatch.GetTimestamp();

        var diff = UnifiedDiff.Between("a", old, now);

        Assert.Contains("+b49999\n", diff);
        Assert.InRange(Stopwatch.GetElapsedTime(started), TimeSpan.Zero, TimeSpan.FromSeconds(10));
    }

    private static string Text(Random random, int lines) =>
        string.Concat(Enumerable.Range(0, random.Next(lines)).Select(_ => $"{random.Next(6)}\n")) + (random.Next(2) == 0 ? "end" : "");

    private static async Task<string> Patched(string old, string diff)
    {
        using var folder = new TempWorkspace();
        folder.Write("file", old);
        if (diff.Length == 0)
            return old;
        folder.Write("diff", diff);
        using var git = Process.Start(
            new ProcessStartInfo("git", ["apply", "--unidiff-zero", "diff"])
            {
                WorkingDirectory = folder.Root,
                RedirectStandardError = true,
            })!;
        var error = await git.StandardError.ReadToEndAsync();
        await git.WaitForExitAsync();
        Assert.True(git.ExitCode == 0, $"{error}\n{diff}");
        return File.Exists(Path.Combine(folder.Root, "file")) ? folder.Read("file") : "";
    }
}
