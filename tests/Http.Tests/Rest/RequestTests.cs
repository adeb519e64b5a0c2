using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Xunit;

namespace Koda.Http.Tests.Rest;

public sealed class RequestTests : IAsyncLifetime
{
    private LibraryServer _server = null!;

    private HttpClient Http => _server.Http;

    public async Task InitializeAsync() => _server = await LibraryServer.Start();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Theory]
    [InlineData("/v1/books/b1", "b1")]
    [InlineData("/v1/books/a%2Fb", "a/b")]
    [InlineData("/v1/books/a%252Fb", "a%2Fb")]
    [InlineData("/v1/books/%C3%A4%20b%3Fc", "ä b?c")]
    [InlineData("/v1/books/a:b", "a:b")]
    public async Task A_path_segment_is_decoded_once(string path, string id) =>
        Assert.StartsWith(
            $$"""{"id":"{{id}}","title":"A book","genre":"unspecified","pages":0,"shelf":"","lent_to":null}""",
            await Http.GetStringAsync(path),
            StringComparison.Ordinal);

    [Theory]
    [InlineData("/v1/shelves/s1/books/b%201", "shelves/s1/books/b 1")]
    [InlineData("/v1/pages/a/b/c", "a/b/c")]
    [InlineData("/v1/pages/a%2Fb/%C3%A4", "a%2Fb/ä")]
    public async Task A_variable_may_span_segments(string path, string name) =>
        Assert.Equal($$"""{"name":"{{name}}"}""", await Http.GetStringAsync(path));

    [Fact]
    public async Task Literals_win_over_variables() =>
        Assert.Contains("Newest", await Http.GetStringAsync("/v1/books/newest"), StringComparison.Ordinal);

    [Fact]
    public async Task The_query_fills_fields_of_every_kind() =>
        Assert.Equal(
            """{"words":["a","b c"],"genres":["science","fiction"],"window":{"since":"2026-01-01T00:00:00Z","days":7},"limit":0,"only_present":true}""",
            await (
                await Http.GetAsync(
                    "/v1/echo?words=a&words=b+c&genres=science&genres=GENRE_FICTION&window.since=2026-01-01T00:00:00Z&window.days=7&limit=0&onlyPresent=true&utm_source=x&no.such.field=1"
                )).Content.ReadAsStringAsync());

    [Fact]
    public async Task Every_fault_of_the_query_is_reported_at_once()
    {
        using var reply = await Http.GetAsync("/v1/echo?genres=poetry&window.days=x&limit=1&limit=2&only_present=maybe&words=ok");

        Assert.Equal(HttpStatusCode.BadRequest, reply.StatusCode);
        var body = await reply.Content.ReadAsStringAsync();
        Assert.Contains("\"code\":\"request.invalid\"", body, StringComparison.Ordinal);
        Assert.Contains("""
            "details":{"issues":{"fieldErrors":{"genres":["must be one of fiction, science"],"window.days":["must be a whole number from -2147483648 to 2147483647"],"limit":["is given twice"],"only_present":["must be true or false"]},"formErrors":[]}}
            """, body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_path_wins_over_the_body_and_the_query()
    {
        using var replaced = await Send(
            "PUT",
            "/v1/books/b1?book.id=b3&book.title=t&dry_run=true",
            """{"id":"b2","pages":9007199254740993}"""
        );

        Assert.Equal(
            """{"id":"b1","title":"","genre":"unspecified","pages":9007199254740993,"shelf":"","lent_to":null}""",
            await replaced.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task The_query_fills_what_a_body_of_one_field_leaves()
    {
        using var updated = await Send("PATCH", "/v1/books/b1?dry_run=true", """{"title":"new"}""");

        Assert.Equal("yes", updated.Headers.GetValues("dry-run").Single());
        Assert.Contains("\"title\":\"new\"", await updated.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(
        "",
        """{"title":"new","publishedAt":null,"lent_to":null,"size":{"height":2},"extra":{"a":{"b":1}}}""",
        "=title,published_at,lent_to,size.height,extra")]
    [InlineData("", "{}", "=")]
    [InlineData("", "", "none")]
    [InlineData("?update_mask=title,size.width", """{"pages":3}""", "=title,size.width")]
    public async Task A_mask_names_the_fields_of_the_body(string query, string body, string mask)
    {
        using var updated = await Send("PATCH", "/v1/books/b1" + query, body);

        Assert.True(updated.StatusCode == HttpStatusCode.OK, await updated.Content.ReadAsStringAsync());
        Assert.Equal(mask, updated.Headers.GetValues("mask").Single());
    }

    [Fact]
    public async Task An_additional_binding_serves_the_same_method()
    {
        using var added = await Send("POST", "/v1/shelves/s%201/books", """{"id":"b1","extra":{"n":1.00}}""", "writer");

        Assert.Equal(HttpStatusCode.Created, added.StatusCode);
        Assert.Contains("\"shelf\":\"s 1\",\"extra\":{\"n\":1.00}", await added.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_custom_verb_and_a_custom_method_are_served()
    {
        using var archived = await Send("POST", "/v1/books/a%2Fb:archive", "");
        using var lent = await Send("LEND", "/v1/books/b1", null);

        Assert.Equal(HttpStatusCode.Accepted, archived.StatusCode);
        Assert.Contains("\"id\":\"a/b\"", await archived.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal("""{"id":"b1"}""", await lent.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task An_empty_body_is_an_empty_message()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/returns:claim");
        using var reply = await Http.SendAsync(request);

        Assert.Equal(HttpStatusCode.NoContent, reply.StatusCode);
    }

    [Fact]
    public async Task A_compressed_body_is_refused_for_what_it_is()
    {
        using var content = new ByteArrayContent([0x1f, 0x8b])
        {
            Headers = { ContentType = new("application/json"), ContentEncoding = { "gzip" } },
        };
        using var reply = await Http.PostAsync("/v1/returns:claim", content);

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, reply.StatusCode);
        Assert.Contains("the content encoding gzip", await reply.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/json; charset=latin1")]
    [InlineData(null)]
    public async Task A_body_that_is_not_json_in_utf8_is_refused(string? contentType)
    {
        using var content = new ByteArrayContent("{}"u8.ToArray());
        content.Headers.ContentType = contentType is null ? null : MediaTypeHeaderValue.Parse(contentType);
        using var reply = await Http.PostAsync("/v1/returns:claim", content);

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, reply.StatusCode);
        Assert.Contains("request.unsupported_media_type", await reply.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"any\":\n tru}", "line 2, byte 5")]
    [InlineData("{}{}", "line 1, byte 3")]
    public async Task Malformed_json_is_refused_with_its_position(string body, string position)
    {
        using var reply = await Send("POST", "/v1/returns:claim", body);

        Assert.Equal(HttpStatusCode.BadRequest, reply.StatusCode);
        var text = await reply.Content.ReadAsStringAsync();
        Assert.Contains("\"code\":\"request.malformed\"", text, StringComparison.Ordinal);
        Assert.Contains(position, text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_body_over_the_limit_is_refused_with_and_without_a_length(bool chunked)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/returns:claim");
        request.Content = new ByteArrayContent(new byte[(1024 * 1024) + 1]);
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.TransferEncodingChunked = chunked;
        using var reply = await Http.SendAsync(request);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, reply.StatusCode);
        Assert.Contains("request.too_large", await reply.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_raw_body_is_taken_with_its_content_type()
    {
        using var content = new ByteArrayContent([1, 2, 255]);
        content.Headers.ContentType = new MediaTypeHeaderValue("image/png");
        using var reply = await Http.PutAsync("/v1/books/b1/scan", content);

        Assert.Equal(
            """{"id":"b1","scan":{"content_type":"image/png","data":"AQL/","extensions":[]}}""",
            await reply.Content.ReadAsStringAsync());
    }

    private async Task<HttpResponseMessage> Send(string method, string path, string? json, string? bearer = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (json is not null)
            request.Content = new StringContent(json, Encoding.UTF8, "application/json");
        if (bearer is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", bearer);
        return await Http.SendAsync(request);
    }
}
