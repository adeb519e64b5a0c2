using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Koda.Contract.Tests.Journeys;
using Koda.Testing;
using Koda.Testing.Hosting;
using Xunit;

namespace Koda.Contract.Tests.Telemetry;

/// <summary>Who gets the metrics, and in what form.</summary>
[Collection(TelemetryCollection.Name)]
public sealed class MetricsEndpointTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>, IAsyncLifetime
{
    private KodaHost _host = null!;

    public async Task InitializeAsync() => _host = await KodaHost.Start(postgres.ConnectionString);

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task A_program_on_this_machine_gets_them_as_Prometheus_reads_them()
    {
        _host.StartWorker();
        await using var model = await ScriptedModel.Start(ModelTurn.Say("It is done."));
        await _host.Define("measured", model);
        await _host.Follow((await _host.Rest.Post("/api/runtime/tasks", """{"agent_id":"measured","query":"Do it."}"""))["id"]);

        using var reply = await Get();
        var text = await reply.Content.ReadAsStringAsync();

        Assert.Equal((HttpStatusCode.OK, "text/plain"), (reply.StatusCode, reply.Content.Headers.ContentType!.MediaType));
        var lines = text.Split('\n');
        Assert.Contains(lines, line =>
            line.StartsWith("koda_attempt_ended_total{", StringComparison.Ordinal)
            && line.Contains("koda_attempt_outcome=\"succeeded\"", StringComparison.Ordinal));
        Assert.Contains(lines, line =>
            line.StartsWith("koda_worker_connected{", StringComparison.Ordinal) && line.Contains(" 1", StringComparison.Ordinal));
        Assert.Contains(lines, line =>
            line.StartsWith("koda_usage_model_calls_total{", StringComparison.Ordinal)
            && line.Contains("gen_ai_agent_id=\"measured\"", StringComparison.Ordinal));
        foreach (
            var name in new[]
            {
                "koda_batch_size_bucket{",
                "rpc_server_call_duration_seconds_count{",
                "http_server_request_duration_seconds_count{",
                "dotnet_gc_collections_total{",
            })
            Assert.Contains(lines, line => line.StartsWith(name, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("X-Forwarded-For", "127.0.0.1")]
    [InlineData("Forwarded", "for=127.0.0.1")]
    [InlineData("Host", "koda.example")]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    public async Task Whoever_may_be_from_elsewhere_needs_a_credential(string header, string value)
    {
        using var reply = await Get(request => request.Headers.TryAddWithoutValidation(header, value));

        await IsRefused(reply, HttpStatusCode.Unauthorized, "auth.unauthenticated");
        Assert.Equal("Bearer", reply.Headers.WwwAuthenticate.Single().Scheme);
    }

    [Fact]
    public async Task Who_says_that_it_speaks_gRPC_is_refused_by_HTTP_all_the_same()
    {
        using var reply = await Get(request =>
        {
            request.Headers.TryAddWithoutValidation("X-Forwarded-For", "203.0.113.7");
            request.Content = new ByteArrayContent([]) { Headers = { ContentType = new MediaTypeHeaderValue("application/grpc") } };
        });

        await IsRefused(reply, HttpStatusCode.Unauthorized, "auth.unauthenticated");
    }

    [Fact]
    public async Task A_token_with_the_scope_gets_them_from_anywhere()
    {
        var token = await Token("metrics.read");

        using var reply = await Get(request =>
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
            request.Headers.TryAddWithoutValidation("X-Forwarded-For", "203.0.113.7");
        });

        Assert.Equal(HttpStatusCode.OK, reply.StatusCode);
    }

    [Fact]
    public async Task A_token_without_the_scope_is_refused_from_this_machine_too()
    {
        var token = await Token("runtime");

        using var reply = await Get(request => request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token));

        var body = await IsRefused(reply, HttpStatusCode.Forbidden, "auth.forbidden");
        Assert.Equal("metrics.read", body["details"]!["scopes"]!.AsArray().Single()!.GetValue<string>());
    }

    [Fact]
    public async Task A_token_that_nobody_knows_is_refused_from_this_machine_too()
    {
        using var reply = await Get(request => request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", "unknown"));

        await IsRefused(reply, HttpStatusCode.Unauthorized, "auth.unauthenticated");
    }

    [Fact]
    public async Task They_are_read_and_nothing_else()
    {
        using var reply = await Get(request => request.Method = HttpMethod.Post);

        await IsRefused(reply, HttpStatusCode.MethodNotAllowed, "route.method_not_allowed");
    }

    [Fact]
    public async Task A_server_whose_telemetry_is_off_has_none()
    {
        await using var off = await KodaHost.Start(
            postgres.ConnectionString, options => options with { TelemetrySettings = name => name == "OTEL_SDK_DISABLED" ? "true" : null });
        using var http = new HttpClient();

        using var reply = await http.GetAsync(new Uri(off.Url, "/metrics"));

        await IsRefused(reply, HttpStatusCode.NotFound, "route.not_found");
    }

    private async Task<string> Token(string scope) =>
        (await _host.Rest.Post("/api/control-plane/auth/tokens", $$"""{"name":"scraper-{{Guid.NewGuid():N}}","scopes":["{{scope}}"]}"""))[
            "token"
        ];

    // Without the operator's token, which the host's own client always sends.
    private async Task<HttpResponseMessage> Get(Action<HttpRequestMessage>? configure = null)
    {
        using var http = new HttpClient();
        var request = new HttpRequestMessage(HttpMethod.Get, new Uri(_host.Url, "/metrics"));
        configure?.Invoke(request);
        return await http.SendAsync(request);
    }

    private static async Task<JsonNode> IsRefused(HttpResponseMessage reply, HttpStatusCode status, string code)
    {
        var body = JsonNode.Parse(await reply.Content.ReadAsStringAsync())!;
        Assert.Equal((status, code), (reply.StatusCode, body["code"]!.GetValue<string>()));
        return body;
    }
}
