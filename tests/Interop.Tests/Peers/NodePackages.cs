using Koda.Testing;
using Xunit;

namespace Koda.Interop.Tests;

/// <summary>The folder of the grpc-js scripts, with their packages installed once.</summary>
public sealed class NodePackages : IAsyncLifetime
{
    private static readonly Lazy<Task> s_installed = new(Install);

    public string Directory { get; } = Folder;

    public string Protos { get; } = Path.Combine(AppContext.BaseDirectory, "protos");

    // The scripts run where they are kept, so that their packages are installed once and not for each build.
    private static string Folder { get; } = Path.Combine(ProjectDirectory(), "node");

    public Task InitializeAsync() => s_installed.Value;

    public Task DisposeAsync() => Task.CompletedTask;

    private static string ProjectDirectory()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory.FullName, "Koda.Interop.Tests.csproj")))
            directory = directory.Parent ?? throw new InvalidOperationException("The tests do not run from their project's folder.");
        return directory.FullName;
    }

    private static async Task Install()
    {
        if (!File.Exists(Path.Combine(Folder, "node_modules", ".bin", "buf")))
            await PeerProcess.Run(Folder, TimeSpan.FromMinutes(3), "npm", "install", "--no-audit", "--no-fund", "--no-package-lock");
    }
}
