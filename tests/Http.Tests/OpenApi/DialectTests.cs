using System.Text.Json.Nodes;
using Koda.Http.Tests.Rest;
using Koda.Server.Http.OpenApi;
using Xunit;

namespace Koda.Http.Tests.OpenApi;

/// <summary>The document of a family that has an envelope of replies, and statuses of its own.</summary>
public sealed class DialectTests : IAsyncLifetime
{
    private LibraryServer _server = null!;
    private JsonNode _document = null!;

    public async Task InitializeAsync()
    {
        _server = await LibraryServer.Start(services => services.AddOpenApiDocuments("session"));
        _document = JsonNode.Parse(await _server.Get<OpenApiDocuments>().Render("loud"))!;
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public void A_reply_is_within_the_envelope()
    {
        var reply = Reply("/loud/books/{id}");

        Assert.Equal("object", reply["type"]!.ToString());
        Assert.Equal("""["data"]""", reply["required"]!.ToJsonString());
        Assert.Equal("#/components/schemas/Book", Assert.Single(reply["properties"]!.AsObject()).Value!["$ref"]!.ToString());
    }

    [Fact]
    public void A_reply_that_is_an_envelope_already_or_is_one_field_has_no_other()
    {
        Assert.Equal("#/components/schemas/LoudPage", Reply("/loud/books")["$ref"]!.ToString());
        Assert.Equal("string", Reply("/loud/books/{id}/title")["type"]!.ToString());
    }

    [Fact]
    public void Errors_have_the_statuses_of_the_dialect_and_no_envelope()
    {
        Assert.Equal(["200", "400", "420", "default"], Replies("/loud/books/{id}").Select(reply => reply.Key));
        Assert.NotNull(Replies("/loud/books/{id}")["420"]!["headers"]!["Retry-After"]);
        Assert.Equal(
            "#/components/schemas/LoudError",
            Replies("/loud/books/{id}")["420"]!["content"]!["application/json"]!["schema"]!["$ref"]!.ToString());
    }

    [Fact]
    public void A_status_that_tells_two_reasons_names_both()
    {
        Assert.Equal(["200", "400", "401", "420", "default"], Replies("/loud/books").Select(reply => reply.Key));
        Assert.Equal(
            "There is no valid credential. The credential lacks a scope.", Replies("/loud/books")["401"]!["description"]!.ToString());
    }

    private JsonObject Replies(string path) => _document["paths"]![path]!["get"]!["responses"]!.AsObject();

    private JsonNode Reply(string path) => Replies(path)["200"]!["content"]!["application/json"]!["schema"]!;
}
