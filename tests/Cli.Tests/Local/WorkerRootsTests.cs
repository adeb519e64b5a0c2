using System.CommandLine;
using Koda.Cli.Local;

namespace Koda.Cli.Tests.Local;

public sealed class WorkerRootsTests
{
    private static readonly string s_home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);

    private static string Here => Directory.GetCurrentDirectory();

    [Fact]
    public void Usually_a_worker_serves_the_home_directory_and_the_one_that_it_was_started_in() =>
        Assert.Equal(new[] { s_home, Here }.Distinct(), Of());

    [Fact]
    public void A_named_workspace_is_served() => Assert.Equal(new[] { "/tmp", s_home, Here }.Distinct(), Of(workspace: "/tmp/"));

    [Fact]
    public void Named_roots_are_those_that_are_served()
    {
        Assert.Equal(["/srv/src", "/tmp"], Of(options: ["--root", "/srv/src/", "--root", "/tmp"]));
        Assert.Equal(["/srv/src", "/tmp"], Of(variable: "/srv/src:/tmp/"));
        Assert.Equal(["/srv/src"], Of(variable: "/tmp", options: ["--root", "/srv/src"]));
        Assert.Equal(["/"], Of(options: ["--root", "/"]));
    }

    [Fact]
    public void A_worker_that_was_started_at_the_top_does_not_serve_everything() => Assert.DoesNotContain("/", Of(workspace: "/"));

    private static IReadOnlyList<string> Of(string[]? options = null, string? variable = null, string? workspace = null)
    {
        var command = new Command("worker") { WorkerRoots.Option };
        return WorkerRoots.Of(command.Parse(options ?? []), name => name == "KODA_ROOTS" ? variable : null, workspace);
    }
}
