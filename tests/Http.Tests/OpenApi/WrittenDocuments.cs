using System.Text.Json.Nodes;
using Koda.Server.Hosting;
using Xunit;

namespace Koda.Http.Tests.OpenApi;

/// <summary>The documents of the product, as they are written without a running server.</summary>
public sealed class WrittenDocuments : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("koda-openapi-");

    public IReadOnlyList<string> Files { get; private set; } = [];

    public JsonNode ControlPlane { get; private set; } = null!;

    public JsonNode Code { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Files = await OpenApiExport.Write(Path.Combine(_folder.FullName, "new"), CancellationToken.None);
        Code = JsonNode.Parse(await File.ReadAllTextAsync(Files[0]))!;
        ControlPlane = JsonNode.Parse(await File.ReadAllTextAsync(Files[1]))!;
    }

    public Task DisposeAsync()
    {
        _folder.Delete(recursive: true);
        return Task.CompletedTask;
    }
}
