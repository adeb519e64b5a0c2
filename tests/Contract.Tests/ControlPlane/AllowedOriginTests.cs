using System.Net.Http.Headers;
using Koda.Testing;
using Koda.Testing.Hosting;
using Xunit;

namespace Koda.Contract.Tests.ControlPlane;

/// <summary>Pages of other sites call with a token, from listed origins only.</summary>
public sealed class AllowedOriginTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private const string Listed = "https://app.example";

    [Fact]
    public async Task Pages_of_a_listed_origin_call_by_REST_feeds_and_gRPC_Web()
    {
        await using var host = await Start(Listed);

        using var asked = await host.Http.SendAsync(Preflight(Listed));
        Assert.Equal(Listed, asked.Headers.GetValues("Access-Control-Allow-Origin").Single());
        Assert.False(asked.Headers.Contains("Access-Control-Allow-Credentials"));

        using var page = await host.Http.SendAsync(Get("/api/runtime/tasks", Listed, host.OperatorToken));
        Assert.Equal((true, Listed), (page.IsSuccessStatusCode, page.Headers.GetValues("Access-Control-Allow-Origin").Single()));
        using var refused = await host.Http.SendAsync(Get("/api/runtime/tasks", Listed, "none"));
        Assert.Equal((401, Listed), ((int)refused.StatusCode, refused.Headers.GetValues("Access-Control-Allow-Origin").Single()));

        using var feed = await host.Http.SendAsync(
            Get("/api/control-plane/audit", Listed, host.OperatorToken, "text/event-stream"), HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal((true, Listed), (feed.IsSuccessStatusCode, feed.Headers.GetValues("Access-Control-Allow-Origin").Single()));

        using var call = await host.Http.SendAsync(GrpcWeb(Listed, host.OperatorToken));
        Assert.Equal(Listed, call.Headers.GetValues("Access-Control-Allow-Origin").Single());
        Assert.Contains("grpc-status", call.Headers.GetValues("Access-Control-Expose-Headers").Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pages_of_others_do_not_and_no_page_does_unless_it_is_set()
    {
        await using var host = await Start(Listed);
        await using var usual = await Start();

        foreach (var (server, origin) in new[] { (host, "https://evil.example"), (host, "null"), (usual, Listed) })
        {
            using var asked = await server.Http.SendAsync(Preflight(origin));
            using var page = await server.Http.SendAsync(Get("/api/runtime/tasks", origin, server.OperatorToken));
            Assert.False(asked.Headers.Contains("Access-Control-Allow-Origin"));
            Assert.False(page.Headers.Contains("Access-Control-Allow-Origin"));
        }
    }

    [Theory]
    [InlineData("*")]
    [InlineData("app.example")]
    [InlineData("https://app.example/path")]
    [InlineData("ftp://app.example")]
    public async Task An_origin_is_a_scheme_and_a_host(string origin) =>
        await Assert.ThrowsAsync<InvalidOperationException>(() => Start(origin));

    private static HttpRequestMessage Preflight(string origin) =>
        new(HttpMethod.Options, "/api/runtime/tasks")
        {
            Headers =
            {
                { "Origin", origin },
                { "Access-Control-Request-Method", "POST" },
                { "Access-Control-Request-Headers", "authorization,content-type" },
            },
        };

    private static HttpRequestMessage Get(string path, string origin, string token, string accept = "application/json") =>
        new(HttpMethod.Get, path)
        {
            Headers =
            {
                { "Origin", origin },
                { "Authorization", $"Bearer {token}" },
                { "Accept", accept },
            },
        };

    private static HttpRequestMessage GrpcWeb(string origin, string token) =>
        new(HttpMethod.Post, "/koda.runtime.v1.ReadinessService/GetReadiness")
        {
            Headers = { { "Origin", origin }, { "Authorization", $"Bearer {token}" } },
            Content = new ByteArrayContent([0, 0, 0, 0, 0])
            {
                Headers = { ContentType = new MediaTypeHeaderValue("application/grpc-web") },
            },
        };

    private Task<KodaHost> Start(params string[] origins) =>
        KodaHost.Start(postgres.ConnectionString, options =>
            options with { Security = options.Security with { AllowedOrigins = origins } });
}
