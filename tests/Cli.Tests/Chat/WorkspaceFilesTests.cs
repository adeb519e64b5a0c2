using Koda.Cli.Chat;

namespace Koda.Cli.Tests.Chat;

public sealed class WorkspaceFilesTests : IDisposable
{
    private readonly string _workspace = Directory.CreateTempSubdirectory("koda-files-").FullName;

    public WorkspaceFilesTests()
    {
        Directory.CreateDirectory(Path.Combine(_workspace, "src"));
        foreach (var file in (string[])["src/Cart.cs", "src/Card.cs", "start.sh", ".hidden", "two words"])
            File.WriteAllText(Path.Combine(_workspace, file), "");
    }

    public void Dispose() => Directory.Delete(_workspace, recursive: true);

    [Theory]
    [InlineData("", "src/ start.sh")]
    [InlineData("s", "src/ start.sh")]
    [InlineData("src/Car", "src/Card.cs src/Cart.cs")]
    [InlineData(".h", ".hidden")]
    [InlineData("../", "")]
    [InlineData("/etc/", "")]
    [InlineData("none/", "")]
    public void A_beginning_is_completed_to_paths_of_the_workspace(string text, string expected) =>
        Assert.Equal(expected, string.Join(' ', WorkspaceFiles.Beginning(_workspace, text)));

    [Fact]
    public void The_files_that_a_message_names_come_with_it_once_each() =>
        Assert.Equal(
            ["src/Cart.cs", "start.sh"],
            WorkspaceFiles.NamedIn(
                _workspace,
                "Compare @src/Cart.cs, @start.sh and @src/Cart.cs with @none.cs; mail ana@start.sh about @/etc/passwd and @../x."));
}
