using System.Text.Json.Nodes;
using Koda.Cli.OpenApi;

namespace Koda.Cli.Tests.OpenApi;

public class ComparisonTests
{
    private const string Document = """
        {
          "paths": {
            "/a": {
              "get": {
                "security": [],
                "parameters": [{"name": "q", "in": "query", "schema": {"type": "string"}}],
                "responses": {"200": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Node"}}}}}
              },
              "post": {
                "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Input"}}}},
                "responses": {"201": {}}
              }
            }
          },
          "components": {
            "schemas": {
              "Node": {
                "type": "object",
                "required": ["id"],
                "properties": {"id": {"type": "integer", "format": "int64"}, "next": {"$ref": "#/components/schemas/Node"}, "note": {"type": "string"}}
              },
              "Input": {
                "type": "object",
                "properties": {"kind": {"type": "string", "enum": ["x", "y"]}, "items": {"type": "array", "items": {"type": "string"}}}
              }
            }
          }
        }
        """;

    [Fact]
    public void A_document_breaks_nobody_of_its_own() => Assert.Empty(OpenApiComparison.FindBreaks(Document, Document));

    [Theory]
    [InlineData("paths./b", """{"get":{"responses":{}}}""")]
    [InlineData("paths./a.put", """{"responses":{}}""")]
    [InlineData("paths./a.get.responses.404", "{}")]
    [InlineData("components.schemas.Node.properties.more", """{"type":"string"}""")]
    [InlineData("components.schemas.Input.properties.more", """{"type":"string"}""")]
    [InlineData("components.schemas.Input.properties.kind.enum", """["x","y","z"]""")]
    [InlineData("components.schemas.Node.properties.note.description", "\"text\"")]
    public void An_addition_breaks_nobody(string path, string value) => Assert.Empty(Breaks(path, value));

    [Theory]
    [InlineData("paths./a", null, "/a was removed")]
    [InlineData("paths./a.get", null, "GET /a was removed")]
    [InlineData("paths./a.get.responses.200", null, "GET /a: the reply 200 was removed")]
    [InlineData("paths./a.get.responses.200.content", "{}", "GET /a 200: application/json was removed")]
    [InlineData("paths./a.get.parameters", "[]", "GET /a: the parameter query.q was removed")]
    [InlineData(
        "paths./a.get.parameters",
        """[{"name":"q","in":"query","required":true,"schema":{"type":"string"}}]""",
        "GET /a: the parameter query.q became required")]
    [InlineData(
        "paths./a.get.parameters",
        """[{"name":"q","in":"query","schema":{"type":"integer"}}]""",
        "GET /a: the parameter query.q changed its type from string to integer")]
    [InlineData("paths./a.get.security", """[{"bearer":[]}]""", "GET /a: a credential became required")]
    [InlineData("paths./a.post.x-required-scopes", """["s"]""", "POST /a: the scope s became required")]
    [InlineData("paths./a.post.requestBody.required", "true", "POST /a: the body became required")]
    [InlineData("components.schemas.Node.properties.note", null, "GET /a 200 reply.note was removed")]
    [InlineData(
        "components.schemas.Node.properties.note",
        """{"type":["string","null"]}""",
        "GET /a 200 reply.note changed its type from string to null or string")]
    [InlineData("components.schemas.Node.properties.id.format", "\"int32\"", "GET /a 200 reply.id changed its format from int64 to int32")]
    [InlineData("components.schemas.Node.required", "[]", "GET /a 200 reply.id is no longer always there")]
    [InlineData("components.schemas.Input.required", """["kind"]""", "POST /a request.kind became required")]
    [InlineData("components.schemas.Input.properties.kind.enum", """["x"]""", "POST /a request.kind no longer takes the value y")]
    [InlineData(
        "components.schemas.Input.properties.items.items",
        """{"type":"integer"}""",
        "POST /a request.items[] changed its type from string to integer")]
    public void A_breaking_change_is_named(string path, string? value, string expected) => Assert.Equal([expected], Breaks(path, value));

    /// <summary>Compares the document with one in which the value at the path is replaced, or removed.</summary>
    private static IReadOnlyList<string> Breaks(string path, string? value)
    {
        var changed = JsonNode.Parse(Document)!;
        var names = path.Split('.');
        var parent = changed;
        foreach (var name in names.SkipLast(1))
            parent = parent![name];
        if (value is null)
            parent!.AsObject().Remove(names[^1]);
        else
            parent![names[^1]] = JsonNode.Parse(value);
        return OpenApiComparison.FindBreaks(Document, changed.ToJsonString());
    }
}
