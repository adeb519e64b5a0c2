using Koda.Testing.Hosting;
using Xunit;
using static Koda.Contract.Tests.ControlPlane.OwnerCalls;

namespace Koda.Contract.Tests.ControlPlane;

/// <summary>What pages of other sites can do with a browser's cookie: nothing.</summary>
public sealed class CrossSiteTests(KodaFixture koda) : IClassFixture<KodaFixture>, IAsyncLifetime
{
    private string _session = "";

    private KodaHost Host => koda.Host;

    private string Origin => Host.Url.GetLeftPart(UriPartial.Authority);

    public async Task InitializeAsync()
    {
        await Host.EnsureOwner();
        _session = await Host.SignIn();
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Theory]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("multipart/form-data")]
    [InlineData("text/plain")]
    public async Task What_a_form_can_send_is_not_taken_with_a_cookie(string contentType)
    {
        (await Send(HttpMethod.Post, "tokens", """{"name":"x"}""", contentType)).IsRefused(415, "request.unsupported_media_type");
        (await Send(HttpMethod.Post, "logout", "", contentType)).IsRefused(415, "request.unsupported_media_type");
    }

    [Fact]
    public async Task Without_a_content_type_neither() =>
        (await Send(HttpMethod.Post, "logout", null)).IsRefused(415, "request.unsupported_media_type");

    [Theory]
    [InlineData("Origin", "https://evil.example")]
    [InlineData("Origin", "null")]
    [InlineData("Origin", "http://127.0.0.1:1")]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    [InlineData("Sec-Fetch-Site", "same-site")]
    public async Task A_fetch_from_another_origin_is_refused(string header, string value)
    {
        (await Send(HttpMethod.Post, "tokens", """{"name":"x"}""", headers: (header, value))).IsRefused(403, "auth.cross_site");
        (await Send(HttpMethod.Delete, $"sessions/{Guid.NewGuid()}", null, headers: (header, value))).IsRefused(403, "auth.cross_site");
        Assert.Equal(200, (await Send(HttpMethod.Get, "status", null)).Status);
    }

    [Fact]
    public async Task A_page_of_this_server_may_do_what_its_session_may()
    {
        var reply = await Send(
            HttpMethod.Post,
            "tokens",
            """{"name":"x"}""",
            "application/json",
            ("Origin", Origin),
            ("Sec-Fetch-Site", "same-origin"));

        Assert.Equal(201, reply.Status);
    }

    [Fact]
    public async Task No_other_origin_is_ever_allowed_by_a_header()
    {
        var preflight = new HttpRequestMessage(HttpMethod.Options, $"{Auth}/tokens");
        preflight.Headers.Add("Origin", "https://evil.example");
        preflight.Headers.Add("Access-Control-Request-Method", "POST");
        var asked = await Host.Anonymous().Send(preflight);
        var read = await Send(HttpMethod.Get, "status", null, headers: ("Origin", "https://evil.example"));

        Assert.DoesNotContain(asked.Headers.Concat(read.Headers), header =>
            header.Key.StartsWith("Access-Control-", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task A_bearer_token_is_no_cookie_and_not_bound_to_an_origin()
    {
        var reply = await Host.Anonymous(_session).Post($"{Auth}/tokens", """{"name":"x"}""", ("Origin", "https://elsewhere.example"));

        Assert.Equal(201, reply.Status);
    }

    private Task<RestReply> Send(
        HttpMethod method,
        string path,
        string? body,
        string contentType = "application/json",
        params (string Name, string Value)[] headers) =>
        Host.Anonymous().Send(WithCookie(method, $"{Auth}/{path}", _session, body, contentType, headers));
}
