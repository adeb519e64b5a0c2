using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.Swagger;

namespace Koda.Server.Http.OpenApi;

/// <summary>
/// The OpenAPI 3.1 documents of the mapped services. Each is made when it is first asked for, and kept; the same contract gives the same
/// bytes.
/// </summary>
internal sealed class OpenApiDocuments(MethodTable methods, IServiceProvider services)
{
    private readonly ConcurrentDictionary<string, Lazy<Task<string>>> _texts = new(StringComparer.Ordinal);

    /// <summary>The names of the documents, in order.</summary>
    public IEnumerable<string> Names => NamesOf(methods);

    public static IEnumerable<string> NamesOf(MethodTable methods) =>
        methods
            .Methods.Select(method => method.ServicePolicy.Document)
            .Where(name => name.Length > 0)
            .Distinct()
            .Order(StringComparer.Ordinal);

    /// <summary>A document as indented JSON.</summary>
    /// <exception cref="UnknownSwaggerDocument">No service has a document of this name.</exception>
    public Task<string> Render(string name) => _texts.GetOrAdd(name, name => new Lazy<Task<string>>(() => Make(name))).Value;

    /// <summary>Writes every document to <c>NAME.json</c> in the folder, which is made when missing.</summary>
    /// <returns>The files.</returns>
    public async Task<IReadOnlyList<string>> Write(string folder, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder);
        var files = new List<string>();
        foreach (var name in Names)
        {
            files.Add(Path.Combine(folder, name + ".json"));
            await File.WriteAllTextAsync(files[^1], await Render(name), cancellationToken);
        }

        return files;
    }

    private async Task<string> Make(string name)
    {
        var document = await services.GetRequiredService<IAsyncSwaggerProvider>().GetSwaggerAsync(name);
        var json = await document.SerializeAsJsonAsync(OpenApiSpecVersion.OpenApi3_1);
        return json.ReplaceLineEndings("\n").TrimEnd() + "\n";
    }
}
