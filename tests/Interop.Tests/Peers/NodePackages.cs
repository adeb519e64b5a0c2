using Xunit;

namespace Koda.Interop.Tests;

/// <summary>The folder of the grpc-js scripts, with their packages installed once.</summary>
public sealed class NodePackages : IAsyncLifetime
{
    private static readonly Lazy<Task> s_installed = new(InstallAsync);

    public string Directory { get; } = Folder;

    public string Protos { get; } = Path.Combine(AppContext.BaseDirectory, "protos");

    private static string Folder => Path.Combine(AppContext.BaseDirectory, "node");

    public Task InitializeAsync() => s_installed.Value;

    public Task DisposeAsync() => Task.CompletedTask;

    private static async Task InstallAsync()
    {
        if (!System.IO.Directory.Exists(Path.Combine(Folder, "node_modules", "@grpc", "grpc-js")))
            await PeerProcess.RunAsync(Folder, TimeSpan.FromMinutes(3), "npm", "install", "--no-audit", "--no-fund", "--no-package-lock");
    }
}
