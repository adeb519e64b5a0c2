using Xunit;

namespace Koda.Interop.Tests;

/// <summary>The folder of the grpc-js scripts, with their packages installed once.</summary>
public sealed class NodePackages : IAsyncLifetime
{
    public string Directory { get; } = Path.Combine(AppContext.BaseDirectory, "node");

    public string Protos { get; } = Path.Combine(AppContext.BaseDirectory, "protos");

    public async Task InitializeAsync()
    {
        if (!System.IO.Directory.Exists(Path.Combine(Directory, "node_modules", "@grpc", "grpc-js")))
            await PeerProcess.RunAsync(Directory, TimeSpan.FromMinutes(3), "npm", "install", "--no-audit", "--no-fund", "--no-package-lock");
    }

    public Task DisposeAsync() => Task.CompletedTask;
}
