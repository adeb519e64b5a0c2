using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Koda.Http.Tests.Rest;

public sealed class ReplyTests : IAsyncLifetime
{
    private LibraryServer _server = null!;

    private HttpClient Http => _server.Http;

    public async Task InitializeAsync() => _server = await LibraryServer.Start();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task A_list_field_is_a_bare_array()
    {
        Assert.Equal("[]", await Http.GetStringAsync("/v1/books"));
        Assert.StartsWith("[{\"id\":\"\",\"title\":\"x\"", await Http.GetStringAsync("/v1/books?words=x"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_status_of_success_is_that_of_the_policy()
    {
        using var removed = await Http.DeleteAsync("/v1/books/b1");
        using var claimed = await Http.PostAsJsonAsync("/v1/returns:claim", new { any = true });
        using var nothing = await Http.PostAsJsonAsync("/v1/returns:claim", new { any = false });
        using var open = await Http.GetAsync("/v1/open?open=true");
        using var closed = await Http.GetAsync("/v1/open");

        Assert.Equal((HttpStatusCode.NoContent, 0L), (removed.StatusCode, removed.Content.Headers.ContentLength ?? 0));
        Assert.Equal(HttpStatusCode.OK, claimed.StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, nothing.StatusCode);
        Assert.Equal(HttpStatusCode.OK, open.StatusCode);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, closed.StatusCode);
        Assert.Equal("""{"open":false}""", await closed.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Headers_of_the_handler_and_the_idempotency_key_pass_through()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/books") { Content = JsonContent.Create(new { id = "b1" }) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", "writer");
        request.Headers.Add("Idempotency-Key", "k-1");
        using var reply = await Http.SendAsync(request);

        Assert.Equal(HttpStatusCode.Created, reply.StatusCode);
        Assert.Equal("/v1/books/b1", reply.Headers.Location?.ToString());
        Assert.Equal("k-1", reply.Headers.GetValues("seen-key").Single());
        Assert.Equal("application/json", reply.Content.Headers.ContentType?.ToString());
    }

    [Fact]
    public async Task A_raw_reply_has_its_own_content_type_and_name()
    {
        using var reply = await Http.GetAsync("/v1/books/b1/scan");

        Assert.Equal("image/png", reply.Content.Headers.ContentType?.ToString());
        Assert.Equal("scan.png", reply.Content.Headers.ContentDisposition?.FileName);
        Assert.Equal([1, 2, 255], await reply.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task Head_is_get_without_the_body()
    {
        using var request = new HttpRequestMessage(HttpMethod.Head, "/v1/books/b1");
        using var reply = await Http.SendAsync(request);

        Assert.Equal(HttpStatusCode.OK, reply.StatusCode);
        Assert.True(reply.Content.Headers.ContentLength > 0);
        Assert.Empty(await reply.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task The_request_keeps_the_name_that_its_caller_gave()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/loud/nothing");
        request.Headers.Add("X-Request-Id", "mine-1");
        using var reply = await Http.SendAsync(request);

        Assert.Equal("mine-1", reply.Headers.GetValues("X-Request-Id").Single());
        Assert.Contains("\"id\":\"mine-1\"", await reply.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_contract_does_not_know_is_left_to_other_endpoints() =>
        Assert.Equal("served by another endpoint", await Http.GetStringAsync("/elsewhere"));

    [Fact]
    public async Task Replies_are_compressed_where_that_is_switched_on_and_feeds_are_not()
    {
        await using var server = await LibraryServer.Start(services =>
            services.Configure<RpcOptions>(options => options.CompressReplies = true));
        server.Http.DefaultRequestHeaders.AcceptEncoding.ParseAdd("gzip");
        using var reply = await server.Http.GetAsync("/v1/books/b1");
        using var feed = await server.Http.GetAsync("/v1/export");

        Assert.Equal("gzip", reply.Content.Headers.ContentEncoding.Single());
        await using var plain = new GZipStream(await reply.Content.ReadAsStreamAsync(), CompressionMode.Decompress);
        Assert.StartsWith("{\"id\":\"b1\"", await new StreamReader(plain).ReadToEndAsync(), StringComparison.Ordinal);
        Assert.Empty(feed.Content.Headers.ContentEncoding);
    }
}
