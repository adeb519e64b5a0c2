using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Koda.Worker.Tools;
using Xunit;

namespace Koda.Worker.Tests.Tools;

/// <summary>
/// Patches that git makes are applied to the byte as git applies them, or refused; also where their content looks like a patch.
/// </summary>
public sealed class PatchOracleTests
{
    private static readonly string[] s_lines =
    [
        "",
        "a",
        "b",
        "c",
        " a",
        "-- note",
        "++ note",
        "--- a/f",
        "+++ b/f",
        "-- a/f",
        "@@ -1 +1 @@",
        "- @@",
        "diff --git a/f b/f",
        @"\ No newline at end of file",
        "*** Begin Patch",
        "*** End Patch",
        "form\ffeed",
        "next\u0085line",
        "line\u2028separator",
        "vertical\vtab",
        "lone\rreturn",
        "é",
        "tab\t",
        "blank ",
        "a \uFEFFmark",
    ];

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    public async Task What_git_makes_is_applied_to_the_byte(int context)
    {
        var random = new Random(context + 5);
        // Without lines around it, nothing shows that a patch knows how lines end.
        string[] ends = context == 0 ? ["\n"] : ["\n", "\n", "\r\n"];
        for (var round = 0; round < 40; round++)
        {
            using var folder = new TempWorkspace();
            var old = Text(random, random.Next(1, 30), ends);
            var now = Changed(random, old, ends);
            if (old == now)
                continue;
            folder.Write("f", old);
            folder.Write("new", now);
            var patch = (await Git(folder, ["diff", "--no-index", "--no-color", $"-U{context}", "f", "new"])).Output.Replace(
                "b/new", "b/f");

            await folder.Run(new PatchTool(), JsonSerializer.Serialize(new { patch }));

            Assert.True(now == Read(folder), $"{Shown(old)}\n{Shown(patch)}\n{Shown(Read(folder))}");
        }
    }

    [Fact]
    public async Task On_a_file_that_went_on_it_is_applied_as_git_does_or_refused()
    {
        var random = new Random(3);
        var applied = 0;
        for (var round = 0; round < 80; round++)
        {
            using var folder = new TempWorkspace();
            var old = string.Concat(
                Enumerable.Range(0, random.Next(8, 30)).Select(number => random.Next(3) == 0 ? Line(random, ["\n"]) : $"line {number}\n"));
            folder.Write("f", old);
            folder.Write("new", Changed(random, old, ends: ["\n"]));
            var patch = (await Git(folder, ["diff", "--no-index", "--no-color", $"-U{random.Next(1, 4)}", "f", "new"])).Output.Replace(
                "b/new", "b/f");
            if (patch.Length == 0)
                continue;
            folder.Write("f", Line(random, ["\n"]) + old.Replace("line 5\n", "other\n"));
            folder.Write("p", patch);
            var before = Read(folder);

            string? ours = null;
            try
            {
                await folder.Run(new PatchTool(), JsonSerializer.Serialize(new { patch }));
                ours = Read(folder);
            }
            catch (ToolException)
            {
                Assert.Equal(before, Read(folder));
            }
            folder.Write("f", before);
            var (code, _) = await Git(folder, ["apply", "--unidiff-zero", "--whitespace=nowarn", "p"]);
            applied += ours is null ? 0 : 1;
            Assert.True(
                ours is null || (code == 0 && ours == Read(folder)),
                $"{code}\n{Shown(before)}\n{Shown(patch)}\n{Shown(ours ?? "")}\n{Shown(Read(folder))}");
        }
        Assert.InRange(applied, 5, 80);
    }

    private static string Text(Random random, int lines, string[] ends) =>
        string.Concat(Enumerable.Range(0, lines).Select(_ => Line(random, ends))) + (random.Next(3) == 0 ? "end" : "");

    private static string Line(Random random, string[] ends) => s_lines[random.Next(s_lines.Length)] + ends[random.Next(ends.Length)];

    private static string Changed(Random random, string text, string[] ends) =>
        string.Concat(
            LineEnds
                .Lines(text)
                .SelectMany(line =>
                    random.Next(8) switch
                    {
                        0 => [],
                        1 when line.EndsWith('\n') => [Line(random, ends)],
                        2 => new[] { Line(random, ends), line },
                        _ => [line],
                    }));

    private static string Read(TempWorkspace folder) =>
        new UTF8Encoding(false).GetString(File.ReadAllBytes(Path.Combine(folder.Root, "f")));

    private static string Shown(string text) => JsonSerializer.Serialize(text);

    private static async Task<(int Code, string Output)> Git(TempWorkspace folder, string[] arguments)
    {
        using var git = Process.Start(
            new ProcessStartInfo("git", arguments)
            {
                WorkingDirectory = folder.Root,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
        var errors = git.StandardError.ReadToEndAsync();
        using var output = new MemoryStream();
        await git.StandardOutput.BaseStream.CopyToAsync(output);
        await errors;
        await git.WaitForExitAsync();
        return (git.ExitCode, Encoding.UTF8.GetString(output.ToArray()));
    }
}
