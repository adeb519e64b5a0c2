using System.Runtime.CompilerServices;

namespace Koda.Cli.Tests.Manual;

public sealed class ManCommandTests
{
    [Fact]
    public async Task The_page_of_the_documentation_is_what_the_commands_say_now()
    {
        var said = (await CliRun.Of("man", "--markdown")).Out;

        var written = await File.ReadAllTextAsync(Path.Combine(Repository(), "docs", "commands.md"));
        Assert.True(said == written, "docs/commands.md is old. Make it anew: koda man --markdown > docs/commands.md");
    }

    [Fact]
    public async Task Every_command_and_option_is_in_the_manual_page_and_nothing_that_is_hidden()
    {
        var page = (await CliRun.Of("man")).Out;

        Assert.StartsWith(".TH KODA 1", page);
        string[] parts =
        [
            "koda up",
            "koda agents secret set",
            "koda sessions export",
            @"\-\-dead\-letters",
            @"\-o, \-\-output <wide|json|name>",
            "KODA_VERBOSE",
        ];
        Assert.All(parts, part => Assert.Contains(part, page));
        Assert.DoesNotContain("supervised", page);
        Assert.DoesNotContain(page.Split('\n'), line => line.StartsWith('\''));
    }

    private static string Repository([CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", "..", ".."));
}
