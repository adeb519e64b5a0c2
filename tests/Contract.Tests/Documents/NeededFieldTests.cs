using System.Text;
using System.Text.Json.Nodes;
using Koda.Testing.Hosting;
using Xunit;

namespace Koda.Contract.Tests.Documents;

/// <summary>What the documents say a request needs, the server needs.</summary>
public sealed class NeededFieldTests(KodaFixture koda) : IClassFixture<KodaFixture>
{
    private const string NobodysId = "01a202eb-824c-7be1-b1be-8955690cf7f9";

    [Theory]
    [InlineData("control-plane.json")]
    [InlineData("code.json")]
    public async Task A_request_that_lacks_a_needed_field_is_refused_for_it(string name)
    {
        var document = JsonNode.Parse(await File.ReadAllTextAsync(DocumentFiles.Path(name)))!;
        var blamed = 0;
        foreach (
            var (verb, path, field, body) in document["paths"]!
                .AsObject()
                .SelectMany(item => Lacking(document, item.Key, item.Value!.AsObject())))
        {
            var reply = await Send(verb, path, body);

            Assert.True(reply.Status is >= 400 and < 500, $"{verb} {path} without {field}: {reply.Status} {reply.Text}");
            if (reply.Status == 400)
            {
                Assert.Equal([field], reply.Json["details"]!["issues"]!["fieldErrors"]!.AsObject().Select(fault => fault.Key));
                blamed++;
            }
        }
        // The others are refused before their body is looked at: for an unknown agent or code, or since there is no owner.
        Assert.True(blamed >= 5, $"{blamed} were refused for the field.");
    }

    private async Task<RestReply> Send(string verb, string path, JsonObject body)
    {
        using var content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        using var request = new HttpRequestMessage(HttpMethod.Parse(verb), path) { Content = content };
        return await koda.Host.Rest.Send(request);
    }

    /// <summary>The example of each operation whose body needs fields, without one of them.</summary>
    private static IEnumerable<(string Verb, string Path, string Field, JsonObject Body)> Lacking(
        JsonNode document, string path, JsonObject item)
    {
        foreach (var (verb, operation) in item.Where(entry => entry.Value!["requestBody"]?["required"]?.GetValue<bool>() == true))
        {
            var media = operation!["requestBody"]!["content"]!["application/json"]!;
            var schema = document["components"]!["schemas"]![media["schema"]!["$ref"]!.ToString().Split('/')[^1]]!;
            foreach (var field in schema["required"]!.AsArray().Select(field => field!.ToString()))
            {
                var body = media["example"]!.DeepClone().AsObject();
                body.Remove(field);
                yield return (verb, Fill(path, operation), field, body);
            }
        }
    }

    private static string Fill(string path, JsonNode operation) =>
        (operation["parameters"]?.AsArray() ?? [])
            .Where(parameter => parameter!["in"]!.ToString() == "path")
            .Aggregate(path, (filled, parameter) =>
                filled.Replace($"{{{parameter!["name"]}}}", parameter["example"]?.ToString() ?? NobodysId, StringComparison.Ordinal));
}
