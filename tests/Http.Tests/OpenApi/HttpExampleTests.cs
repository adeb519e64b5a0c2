using Koda.Server.Http.OpenApi;
using Xunit;

namespace Koda.Http.Tests.OpenApi;

public sealed class HttpExampleTests
{
    [Fact]
    public void A_request_in_the_form_of_editors_is_read()
    {
        var example = Assert.Single(HttpExample.Parse(
            """
            @host = http://127.0.0.1:8090
            @code = a code

            ### Redeem it
            # Answers 201.
            POST {{host}}/v1/codes/{{id}}?note=two%20words&dry=true
            Content-Type: application/json

            { "code": "{{code}}" }
            """));

        Assert.Equal("POST", example.Verb);
        Assert.Equal(["v1", "codes", "{{id}}"], example.Path);
        Assert.Equal([("note", "two words"), ("dry", "true")], example.Query.Select(pair => (pair.Key, pair.Value)));
        Assert.Equal("""{ "code": "a code" }""", example.Body!.Trim());
        Assert.True(example.IsGood);
    }

    [Fact]
    public void A_curl_command_is_read()
    {
        var example = Assert.Single(HttpExample.Parse(
            """
            ### Submit
            # Answers 409.
            curl -X POST {{host}}/v1/tasks \
            -H "Content-Type: application/json" \
            -d '{
            "a": 1
            }'
            """));

        Assert.Equal(("POST", "v1/tasks", false), (example.Verb, string.Join('/', example.Path), example.IsGood));
        Assert.Equal("{\n\"a\": 1\n}", example.Body);
    }

    [Fact]
    public void A_request_without_a_body_has_none()
    {
        var examples = HttpExample
            .Parse("### Read\nGET {{host}}/v1/a\nAccept: text/event-stream\n\n### Again\ncurl {{host}}/v1/b\n")
            .ToList();

        Assert.Equal([("GET", "a", null), ("GET", "b", null)], examples.Select(example => (example.Verb, example.Path[^1], example.Body)));
    }

    [Fact]
    public void What_is_no_request_is_an_error() =>
        Assert.Throws<FormatException>(() => HttpExample.Parse("### Nothing\nhello\n").ToList());
}
