using Koda.Server.Http.OpenApi;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Koda.Server.Hosting;

/// <summary>Writes the OpenAPI documents without a running server, for the repository and for generators of clients.</summary>
public static class OpenApiExport
{
    /// <summary>Writes each document as <c>name.json</c>.</summary>
    /// <returns>The paths of the files.</returns>
    public static async Task<IReadOnlyList<string>> Write(string folder, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Services.AddSurfaces();
        await using var app = builder.Build();
        // What is mapped is known to all from here on; a server that starts does the same.
        app.UseRouting();
        app.MapSurfaces();
        app.UseEndpoints(_ => { });
        return await app.Services.GetRequiredService<OpenApiDocuments>().Write(folder, cancellationToken);
    }
}
