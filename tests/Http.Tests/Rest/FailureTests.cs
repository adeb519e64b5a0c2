using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using Xunit;

namespace Koda.Http.Tests.Rest;

public sealed class FailureTests : IAsyncLifetime
{
    private LibraryServer _server = null!;

    private HttpClient Http => _server.Http;

    public async Task InitializeAsync() => _server = await LibraryServer.Start();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Theory]
    [InlineData("/v1/books/missing", HttpStatusCode.NotFound, """{"code":"agent.not_found","message":"There is no such book."}""")]
    [InlineData("/v1/books/status", HttpStatusCode.NotFound, """{"code":"not_found","message":"not here"}""")]
    public async Task A_refusal_has_the_status_and_code_of_its_reason(string path, HttpStatusCode status, string body)
    {
        using var reply = await Http.GetAsync(path);

        Assert.Equal(status, reply.StatusCode);
        Assert.Equal(body, await reply.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("/v1/books/broken")]
    [InlineData("/v1/books/garbled")]
    public async Task An_unexpected_failure_tells_nothing_but_the_request(string path)
    {
        using var reply = await Http.GetAsync(path);
        var body = await reply.Content.ReadAsStringAsync();

        Assert.Equal(HttpStatusCode.InternalServerError, reply.StatusCode);
        Assert.Contains("\"code\":\"internal\"", body, StringComparison.Ordinal);
        Assert.Contains(reply.Headers.GetValues("X-Request-Id").Single(), body, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Retry_after_is_whole_seconds_rounded_up_and_trailers_are_headers()
    {
        using var busy = await Http.GetAsync("/v1/books/busy");
        using var status = await Http.GetAsync("/v1/books/status");

        Assert.Equal(HttpStatusCode.TooManyRequests, busy.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(2), busy.Headers.RetryAfter?.Delta);
        Assert.Equal("t1", status.Headers.GetValues("trace").Single());
    }

    [Fact]
    public async Task A_caller_needs_a_credential_and_the_scopes()
    {
        using var nobody = await Http.PostAsJsonAsync("/v1/books", new { });
        Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "reader");
        using var reader = await Http.PostAsJsonAsync("/v1/books", new { });

        Assert.Equal(HttpStatusCode.Unauthorized, nobody.StatusCode);
        Assert.Equal("Bearer", nobody.Headers.WwwAuthenticate.Single().Scheme);
        Assert.Equal(HttpStatusCode.Forbidden, reader.StatusCode);
        Assert.Contains("\"scopes\":[\"books.write\"]", await reader.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/v1/nothing")]
    [InlineData("/v1/books/")]
    [InlineData("/v1//books")]
    [InlineData("/v1/pages/a/%2E%2E/b")]
    public async Task A_path_that_nobody_serves_is_not_found(string path)
    {
        using var reply = await Http.GetAsync(
            new Uri(
                _server.Address.GetLeftPart(UriPartial.Authority) + path,
                new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }));

        Assert.Equal(HttpStatusCode.NotFound, reply.StatusCode);
        Assert.Contains("\"code\":\"route.not_found\"", await reply.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_path_that_nobody_serves_is_refused_in_the_dialect_of_its_prefix() =>
        Assert.Contains(
            "\"OOPS\":\"ROUTE_NOT_FOUND\"",
            await (await Http.GetAsync("/loud/nothing")).Content.ReadAsStringAsync(),
            StringComparison.Ordinal);

    [Theory]
    [InlineData("PURGE", "/v1/books/b1", "DELETE, GET, HEAD, LEND, PATCH, POST, PUT")]
    [InlineData("GET", "/v1/books/b1:archive", null)]
    [InlineData("GET", "/v1/returns:claim", "POST")]
    [InlineData("HEAD", "/v1/export", "GET")]
    public async Task A_method_that_the_path_does_not_have_is_refused_with_those_it_has(string method, string path, string? allow)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        using var reply = await Http.SendAsync(request);

        // The colon may also be part of an id, for which there is a GET.
        if (allow is null)
            Assert.Equal(HttpStatusCode.OK, reply.StatusCode);
        else
        {
            Assert.Equal(HttpStatusCode.MethodNotAllowed, reply.StatusCode);
            Assert.Equal(allow, string.Join(", ", reply.Content.Headers.Allow));
        }
    }

    [Theory]
    [InlineData("50m")]
    [InlineData("50000u")]
    [InlineData("50000000n")]
    public async Task A_deadline_of_the_caller_holds(string timeout)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/books/slow");
        request.Headers.Add("grpc-timeout", timeout);
        using var reply = await Http.SendAsync(request);

        Assert.Equal(HttpStatusCode.GatewayTimeout, reply.StatusCode);
        Assert.Contains("deadline_exceeded", await reply.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_caller_that_goes_away_cancels_the_call()
    {
        using var source = new CancellationTokenSource();
        var reply = Http.GetAsync("/v1/books/slow", source.Token);
        await _server.Script.SlowBegan.Task.WaitAsync(TimeSpan.FromMinutes(1));

        await source.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reply);
        await _server.Script.SlowCancelled.Task.WaitAsync(TimeSpan.FromMinutes(1));
    }
}
