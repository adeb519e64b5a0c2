using System.Net;
using System.Text.Json.Nodes;
using Koda.Server.Http.OpenApi;
using Koda.Http.Tests.Rest;
using Microsoft.OpenApi;
using Xunit;

namespace Koda.Http.Tests.OpenApi;

public sealed class DocumentTests : IAsyncLifetime
{
    private LibraryServer _server = null!;
    private JsonNode _document = null!;

    public async Task InitializeAsync()
    {
        _server = await LibraryServer.StartAsync(
            services => services.AddOpenApiDocuments(options =>
            {
                options.Title = "Library";
                options.Cookie = "session";
                options.DescriptorSet = () => typeof(DocumentTests).Assembly.GetManifestResourceStream("testing.protoset")!;
            }),
            app => app.UseOpenApiDocuments());
        _document = JsonNode.Parse(await _server.Http.GetStringAsync("/openapi/library.json"))!;
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task A_reader_of_the_standard_finds_no_fault()
    {
        var (document, diagnostic) = await OpenApiDocument.LoadAsync(new MemoryStream(await _server.Http.GetByteArrayAsync("/openapi/library.json")));

        Assert.Empty(diagnostic!.Errors);
        Assert.Empty(document!.Validate(ValidationRuleSet.GetDefaultRuleSet()));
        Assert.StartsWith("3.1", _document["openapi"]!.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_same_contract_gives_the_same_bytes() =>
        Assert.Equal(await _server.Http.GetStringAsync("/openapi/library.json"), await _server.Http.GetStringAsync("/openapi/library.json"));

    [Fact]
    public void Comments_are_summaries_and_descriptions()
    {
        var read = Operation("/v1/books/{id}", "get");

        Assert.Equal("Reads a book.", read["summary"]!.ToString());
        Assert.Equal("The id may hold a slash, written %2F.", read["description"]!.ToString());
        Assert.Equal("Keeps books.", _document["tags"]![0]!["description"]!.ToString());
        Assert.Equal("How many pages it has.", _document["components"]!["schemas"]!["Book"]!["properties"]!["pages"]!["description"]!.ToString());
    }

    [Fact]
    public void Replies_say_what_is_always_there_and_requests_do_not()
    {
        var schemas = _document["components"]!["schemas"]!;

        Assert.Equal(["genre", "id", "lent_to", "pages", "shelf", "title"], schemas["Book"]!["required"]!.AsArray().Select(name => name!.ToString()));
        Assert.Null(schemas["BookInput"]!["required"]);
        Assert.Equal(["null", "string"], schemas["Book"]!["properties"]!["lent_to"]!["type"]!.AsArray().Select(type => type!.ToString()).Order(StringComparer.Ordinal));
        Assert.Null(schemas["Book"]!["properties"]!["extra"]!["type"]);
        Assert.Equal(["unspecified", "fiction", "science"], schemas["Genre"]!["enum"]!.AsArray().Select(value => value!.ToString()));
    }

    [Fact]
    public void Policies_become_statuses_scopes_security_and_headers()
    {
        var add = Operation("/v1/books", "post");

        Assert.NotNull(add["responses"]!["201"]!["content"]!["application/json"]);
        Assert.Equal("books.write", add["x-required-scopes"]![0]!.ToString());
        Assert.Equal(2, add["security"]!.AsArray().Count);
        Assert.Contains("Idempotency-Key", Parameters(add));
        Assert.NotNull(add["responses"]!["401"]);
        Assert.Empty(Operation("/v1/books/{id}", "get")["security"]!.AsArray());
        Assert.NotNull(Operation("/v1/books/{id}", "delete")["responses"]!["204"]);
        Assert.NotNull(Operation("/v1/returns:claim", "post")["responses"]!["204"]);
        Assert.NotNull(Operation("/v1/open", "get")["responses"]!["503"]!["content"]);
        Assert.NotNull(Operation("/v1/books/{id}/discussion", "get")["responses"]!["101"]);
        Assert.Equal("#/components/schemas/KodaError", add["responses"]!["default"]!["content"]!["application/json"]!["schema"]!["$ref"]!.ToString());
    }

    [Fact]
    public void A_page_and_a_feed_of_one_path_are_one_operation()
    {
        var events = Operation("/v1/books/{id}/events", "get");
        var content = events["responses"]!["200"]!["content"]!.AsObject();

        Assert.Equal(["application/json", "text/event-stream", "application/x-ndjson"], content.Select(media => media.Key));
        Assert.Contains("Last-Event-ID", Parameters(events));
    }

    [Fact]
    public void The_query_is_flat_and_the_paths_keep_their_shape()
    {
        Assert.Equal(["words", "genres", "window.since", "window.days", "limit", "only_present"], Parameters(Operation("/v1/echo", "get")));
        Assert.Equal(["id"], Parameters(Operation("/v1/books/{id}", "patch")).Take(1));
        Assert.Equal("^shelves/[^/]+/books/[^/]+$", Operation("/v1/{name}", "get")["parameters"]![0]!["schema"]!["pattern"]!.ToString());
        Assert.Equal("binary", Operation("/v1/books/{id}/scan", "get")["responses"]!["200"]!["content"]!["*/*"]!["schema"]!["format"]!.ToString());
    }

    [Fact]
    public async Task The_docs_page_and_all_it_loads_come_from_this_server()
    {
        var page = await _server.Http.GetStringAsync("/docs/index.html");
        var script = await _server.Http.GetStringAsync("/docs/index.js");

        Assert.Contains("/openapi/library.json", page + script, StringComparison.Ordinal);
        Assert.DoesNotContain("src=\"http", page, StringComparison.Ordinal);
        Assert.DoesNotContain("href=\"http", page, StringComparison.Ordinal);
        using var bundle = await _server.Http.GetAsync("/docs/swagger-ui-bundle.js");
        Assert.Equal(HttpStatusCode.OK, bundle.StatusCode);
        using var unknown = await _server.Http.GetAsync("/openapi/nothing.json");
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
    }

    private JsonNode Operation(string path, string verb) => _document["paths"]![path]![verb]!;

    private static IEnumerable<string> Parameters(JsonNode operation) => operation["parameters"]!.AsArray().Select(parameter => parameter!["name"]!.ToString());
}
