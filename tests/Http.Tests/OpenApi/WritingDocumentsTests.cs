using Koda.Server.Http.OpenApi;
using Koda.Http.Tests.Rest;
using Xunit;

namespace Koda.Http.Tests.OpenApi;

public class WritingDocumentsTests
{
    [Fact]
    public async Task Every_document_is_a_file_that_equals_what_is_served()
    {
        await using var server = await LibraryServer.StartAsync(
            services => services.AddOpenApiDocuments(options => options.Title = "Library"),
            app => app.UseOpenApiDocuments());
        var folder = Directory.CreateTempSubdirectory("openapi");
        try
        {
            var files = await server.Get<OpenApiDocuments>().WriteAsync(Path.Combine(folder.FullName, "new"), CancellationToken.None);

            Assert.Equal("library.json", Path.GetFileName(Assert.Single(files)));
            Assert.Equal(await server.Http.GetStringAsync("/openapi/library.json"), await File.ReadAllTextAsync(files[0]));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
