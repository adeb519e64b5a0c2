using System.Runtime.CompilerServices;
using Koda.Server.Hosting;
using Koda.Testing.Hosting;
using Xunit;

namespace Koda.Contract.Tests;

/// <summary>The committed OpenAPI documents are the contract of clients: they follow the protos, and nothing breaks unnoticed.</summary>
public sealed class OpenApiTests(KodaFixture koda) : IClassFixture<KodaFixture>, IDisposable
{
    private readonly DirectoryInfo _generated = Directory.CreateTempSubdirectory("koda-openapi-");

    public void Dispose() => _generated.Delete(recursive: true);

    [Fact]
    public async Task The_committed_documents_are_what_the_contract_gives()
    {
        var files = await OpenApiExport.Write(_generated.FullName, CancellationToken.None);

        Assert.Equal(files.Select(Path.GetFileName).Order(), Directory.GetFiles(Committed(), "*.json").Select(Path.GetFileName).Order());
        foreach (var file in files)
        {
            var (before, now) = (
                await File.ReadAllTextAsync(Path.Combine(Committed(), Path.GetFileName(file))),
                await File.ReadAllTextAsync(file));
            Assert.True(
                before == now,
                $"docs/openapi/{Path.GetFileName(file)} is not what the contract gives; write it by: ./koda openapi docs/openapi");
        }
    }

    [Fact]
    public async Task A_server_serves_the_same_document() =>
        Assert.Equal(
            await File.ReadAllTextAsync(Path.Combine(Committed(), "control-plane.json")),
            (await koda.Host.Rest.Get("/openapi/control-plane.json")).Text);

    [Fact]
    public async Task What_is_no_document_is_not_found() => Assert.Equal(404, (await koda.Host.Rest.Get("/openapi/nothing.json")).Status);

    [Fact]
    public async Task The_page_to_read_them_answers_without_a_credential()
    {
        using var http = new HttpClient { BaseAddress = koda.Host.Url };

        var page = await http.GetStringAsync("/docs/index.html");
        using var browser = new HttpRequestMessage(HttpMethod.Get, "/") { Headers = { { "Accept", "text/html,*/*;q=0.8" } } };
        Assert.Equal(page, await (await http.SendAsync(browser)).Content.ReadAsStringAsync());

        Assert.Contains("swagger-ui", page, StringComparison.Ordinal);
        Assert.DoesNotContain("https://", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_page_lists_the_documents_and_is_told_to_ask_no_other_server()
    {
        using var http = new HttpClient { BaseAddress = koda.Host.Url };

        using var script = await http.GetAsync("/docs/index.js");
        using var bundle = await http.GetAsync("/docs/swagger-ui-bundle.js");

        var text = await script.Content.ReadAsStringAsync();
        Assert.Contains("/openapi/code.json", text, StringComparison.Ordinal);
        Assert.Contains("/openapi/control-plane.json", text, StringComparison.Ordinal);
        Assert.True(bundle.IsSuccessStatusCode);
        Assert.Contains("default-src 'none'", Assert.Single(script.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
    }

    private static string Committed([CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../../docs/openapi"));
}
