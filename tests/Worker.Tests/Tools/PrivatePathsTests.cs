using System.Diagnostics;
using Koda.Worker.Tools;
using Xunit;

namespace Koda.Worker.Tests.Tools;

/// <summary>Koda's own directory, however it is named.</summary>
public sealed class PrivatePathsTests : IDisposable
{
    private const string Token = "koda-token-that-nobody-sees";

    private readonly TempWorkspace _folder = new();
    private readonly string _data;
    private readonly PrivatePaths _private;

    public PrivatePathsTests()
    {
        _data = Directory.CreateDirectory(Path.Combine(_folder.Outside, "data")).FullName;
        File.WriteAllText(Path.Combine(_data, "operator.token"), Token);
        Directory.CreateDirectory(Path.Combine(_data, "postgres", "base"));
        _private = PrivatePaths.Of([_data]);
    }

    [Theory]
    [InlineData("data")]
    [InlineData("data/")]
    [InlineData("data/postgres")]
    [InlineData("data/postgres/base")]
    [InlineData("./data/../data/postgres/")]
    [InlineData("link")]
    [InlineData("link/base")]
    [InlineData("link-to-link")]
    public void The_data_directory_is_no_workspace(string path)
    {
        Directory.CreateSymbolicLink(Path.Combine(_folder.Outside, "link"), Path.Combine(_data, "postgres"));
        Directory.CreateSymbolicLink(Path.Combine(_folder.Outside, "link-to-link"), "link");

        var refused = Assert.Throws<ToolException>(() => Workspace.Open(Path.Combine(_folder.Outside, path), [], _private));

        Assert.Contains("Koda's data directory", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_directory_beside_it_and_one_above_it_are_workspaces()
    {
        Assert.Equal(_folder.Root, Workspace.Open(_folder.Root, [], _private).Root);
        Assert.Equal(_folder.Outside, Workspace.Open(_folder.Outside, [], _private).Root);
    }

    [Fact]
    public void A_part_that_lies_elsewhere_is_no_workspace_either()
    {
        var elsewhere = Directory.CreateDirectory(Path.Combine(_folder.Outside, "bigger-disk", "artifacts")).FullName;
        Directory.CreateSymbolicLink(Path.Combine(_data, "artifacts"), elsewhere);

        Assert.Throws<ToolException>(() => Workspace.Open(elsewhere, [], PrivatePaths.Of([_data])));
    }

    [RootTheory]
    [InlineData("")]
    [InlineData("postgres")]
    public void A_bind_mount_of_it_is_no_workspace(string part)
    {
        var mounted = Directory.CreateDirectory(Path.Combine(_folder.Outside, "mounted")).FullName;
        Run("mount", "--bind", Path.Combine(_data, part), mounted);
        try
        {
            Assert.Throws<ToolException>(() => Workspace.Open(mounted, [], _private));
        }
        finally
        {
            Run("umount", mounted);
        }
    }

    public void Dispose() => _folder.Dispose();

    private static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }
}
