using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Koda.Worker.Providers;
using Xunit;

namespace Koda.Worker.Tests.Providers;

/// <summary>What every wire has in common when things go wrong.</summary>
public sealed class ProviderFailureTests : IAsyncLifetime
{
    private static readonly string[] s_kinds = ["openai", "anthropic", "ollama"];

    private ScriptedServer _server = null!;

    public static TheoryData<string> Kinds => new(s_kinds);

    public static TheoryData<string, int, string, bool> Statuses
    {
        get
        {
            var data = new TheoryData<string, int, string, bool>();
            foreach (var kind in s_kinds)
            {
                data.Add(kind, 400, ProviderErrorCode.InvalidRequest, false);
                data.Add(kind, 401, ProviderErrorCode.CredentialInvalid, false);
                data.Add(kind, 403, ProviderErrorCode.CredentialInvalid, false);
                data.Add(kind, 404, ProviderErrorCode.InvalidRequest, false);
                data.Add(kind, 413, ProviderErrorCode.ContextTooLong, false);
                data.Add(kind, 429, ProviderErrorCode.RateLimited, true);
                data.Add(kind, 500, ProviderErrorCode.Unavailable, true);
                data.Add(kind, 503, ProviderErrorCode.Overloaded, true);
                data.Add(kind, 529, ProviderErrorCode.Overloaded, true);
                data.Add(kind, 302, ProviderErrorCode.InvalidRequest, false);
            }
            return data;
        }
    }

    public async Task InitializeAsync() => _server = await ScriptedServer.Start();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Theory]
    [MemberData(nameof(Statuses))]
    public async Task Each_status_has_its_code_and_is_asked_once(string kind, int status, string code, bool retryable)
    {
        _server.Answer = ScriptedAnswer.Error(status, """{"error":{"type":"some_error","message":"the reason"}}""");
        var failure = await Provider(kind).Fail(Answers.Ask());
        Assert.Equal((code, retryable), (failure.Code, failure.Retryable));
        Assert.Contains("the reason", failure.Message);
        Assert.Single(_server.Requests);
    }

    [Theory]
    [InlineData("Retry-After", "7", 7)]
    [InlineData("Retry-After", "1.5", 1.5)]
    [InlineData("retry-after-ms", "1250", 1.25)]
    [InlineData("Retry-After", "Wed, 21 Oct 2015 07:28:00 GMT", 0)]
    public async Task The_wait_that_a_provider_asks_for_is_read(string header, string value, double seconds)
    {
        _server.Answer = ScriptedAnswer.Error(429, "{}", (header, value));
        foreach (var kind in s_kinds)
        {
            var failure = await Provider(kind).Fail(Answers.Ask());
            Assert.Equal(TimeSpan.FromSeconds(seconds), failure.RetryAfter);
        }
    }

    [Fact]
    public async Task A_wait_given_as_a_date_ends_at_that_date()
    {
        _server.Answer = ScriptedAnswer.Error(429, "{}", ("Retry-After", DateTimeOffset.UtcNow.AddMinutes(10).ToString("R")));
        var failure = await Provider("openai").Fail(Answers.Ask());
        Assert.InRange(failure.RetryAfter!.Value, TimeSpan.FromMinutes(9), TimeSpan.FromMinutes(10));
    }

    [Fact]
    public async Task An_empty_account_is_not_retried()
    {
        _server.Answer = ScriptedAnswer.Error(
            429,
            """{"error":{"code":"insufficient_quota","message":"You exceeded your current quota"}}"""
        );
        Assert.False((await Provider("openai").Fail(Answers.Ask())).Retryable);
    }

    [Theory]
    [InlineData(
        true,
        "anthropic",
        """{"type":"error","error":{"type":"rate_limit_error","message":"This request would exceed your account's rate limit. Please try again later."}}"""
    )]
    [InlineData(true, "openai", """{"message":"Requests rate limit exceeded"}""")]
    [InlineData(
        false,
        "anthropic",
        """{"type":"error","error":{"type":"rate_limit_error","message":"This request would exceed your organization's rate limit of 30,000 input tokens per minute (org: 8d47, model: claude-sonnet-4-6)."}}"""
    )]
    [InlineData(
        false,
        "openai",
        """{"error":{"code":"rate_limit_exceeded","message":"Rate limit reached for gpt-4o in organization org-1 on tokens per min (TPM): Limit 30000"}}"""
    )]
    public async Task A_limit_of_the_key_is_told_from_one_of_a_model(bool ofKey, string kind, string body)
    {
        _server.Answer = ScriptedAnswer.Error(429, body, ("Retry-After", "7"));

        Assert.Equal(ofKey, (await Provider(kind).Fail(Answers.Ask())).ConcernsKey);
    }

    [Theory]
    [InlineData(
        "openai",
        """{"error":{"message":"This model's maximum context length is 8192 tokens.","code":"context_length_exceeded"}}"""
    )]
    [InlineData(
        "anthropic",
        """{"type":"error","error":{"type":"invalid_request_error","message":"prompt is too long: 210000 tokens > 200000 maximum"}}"""
    )]
    [InlineData("ollama", """{"error":"the input length exceeds the context length"}""")]
    public async Task A_conversation_that_is_too_long_is_told_apart(string kind, string body)
    {
        _server.Answer = ScriptedAnswer.Error(400, body);
        Assert.Equal(ProviderErrorCode.ContextTooLong, (await Provider(kind).Fail(Answers.Ask())).Code);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_web_page_is_not_an_answer(string kind)
    {
        _server.Answer = ScriptedAnswer.Text(
            "<html><head><style>p {}</style></head>\n<body>Sign&nbsp;in <b>first</b></body></html>", "text/html");
        var failure = await Provider(kind).Fail(Answers.Ask());
        Assert.Equal((ProviderErrorCode.MalformedResponse, false), (failure.Code, failure.Retryable));
        Assert.Contains("a web page: Sign in first", failure.Message);
    }

    [Theory]
    [InlineData("openai", "data: {\"choices\": oops\n\n")]
    [InlineData("openai", "data: [1,2,3]\n\n")]
    [InlineData("openai", "data: {\"choices\":\"none\"}\n\n")]
    [InlineData("openai", "data: null\n\n")]
    [InlineData("anthropic", "data: {\"type\": oops\n\n")]
    [InlineData("anthropic", "data: {\"no\":\"type\"}\n\n")]
    [InlineData("anthropic", "data: {\"type\":\"content_block_delta\",\"index\":5,\"delta\":{\"type\":\"text_delta\",\"text\":\"x\"}}\n\n")]
    [InlineData("anthropic", "data: 17\n\n")]
    [InlineData("ollama", "{\"message\": oops\n")]
    [InlineData("ollama", "\"text\"\n")]
    [InlineData("ollama", "{\"done\":\"maybe\"}\n")]
    public async Task Garbage_is_a_malformed_response(string kind, string body)
    {
        _server.Answer = ScriptedAnswer.Text(body, StreamType(kind));
        Assert.Equal(ProviderErrorCode.MalformedResponse, (await Provider(kind).Fail(Answers.Ask())).Code);
    }

    [Fact]
    public async Task JSON_that_is_no_answer_is_told_in_its_own_words()
    {
        _server.Answer = ScriptedAnswer.Text("""{"status":"welcome to the gateway"}""", "application/json");
        var failure = await Provider("openai").Fail(Answers.Ask());
        Assert.Equal((ProviderErrorCode.MalformedResponse, false), (failure.Code, failure.Retryable));
        Assert.Contains("welcome to the gateway", failure.Message);
    }

    [Theory]
    [InlineData(
        "openai",
        "rate",
        true,
        "data: {\"choices\":null,\"base_resp\":{\"status_code\":1002,\"status_msg\":\"rate limit, wait 9 seconds\"}}\n\n")]
    [InlineData("openai", "balance", false, "data: {\"base_resp\":{\"status_code\":1008,\"status_msg\":\"insufficient balance\"}}\n\n")]
    [InlineData("openai", "quota", false, """{"error":{"message":"You exceeded your current quota.","code":"insufficient_quota"}}""")]
    [InlineData("openai", "no credits", false, """{"error":{"message":"There are no credits left: payment required","code":402}}""")]
    [InlineData("openai", "RPM", true, """{"code":"limit_requests","message":"Too many requests: RPM 60","request_id":"r"}""")]
    [InlineData("openai", "asleep", true, "event: error\ndata: the model is asleep\n\n")]
    [InlineData("openai", "asleep", true, "event: error\ndata: {\"message\":\"the model is asleep\"}\n\n")]
    [InlineData("openai", "upstream", true, "data: {\"choices\":[{\"delta\":{\"content\":\"x\"}}]}\n\ndata: upstream timeout\n\n")]
    [InlineData(
        "openai",
        "backend",
        true,
        "data: {\"choices\":[{\"delta\":{\"content\":\"x\"},\"error\":{\"code\":502,\"message\":\"the backend died\"},\"finish_reason\":\"error\"}]}\n\n"
    )]
    [InlineData("openai", "bad field", false, "{\"object\":\"error\",\"message\":\"bad field\",\"type\":\"BadRequestError\",\"code\":400}")]
    [InlineData("openai", "Not allowed here", false, """[{"error":{"code":403,"message":"Not allowed here"}}]""")]
    [InlineData("openai", "worker lost", true, """{"detail":"worker lost"}""")]
    [InlineData(
        "anthropic",
        "Overloaded",
        true,
        "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}\n\n")]
    [InlineData(
        "anthropic",
        "too low",
        false,
        """{"type":"error","error":{"type":"invalid_request_error","message":"Your credit balance is too low."}}"""
    )]
    [InlineData("ollama", "crashed", true, "{\"error\":\"the runner crashed\"}\n")]
    public async Task A_failure_inside_of_an_answer_keeps_the_providers_words_and_its_meaning(
        string kind, string words, bool retryable, string body)
    {
        foreach (var type in new[] { StreamType(kind), "application/json", "text/plain" })
        {
            _server.Answer = ScriptedAnswer.Text(body, type);
            var failure = await Provider(kind).Fail(Answers.Ask());
            Assert.Contains(words, failure.Message);
            Assert.Equal(retryable, failure.Retryable);
        }
    }

    [Theory]
    [InlineData(
        "{}",
        4.5,
        """[{"error":{"code":429,"message":"Slow.","details":[{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"4.5s"}]}}]"""
    )]
    [InlineData(
        "{}",
        34.07,
        """{"error":{"code":429,"message":"You exceeded your current quota, please check your plan and billing details. Please retry in 34.07s.","status":"RESOURCE_EXHAUSTED"}}"""
    )]
    [InlineData(
        "{}",
        20.0,
        """{"error":{"message":"Rate limit reached for gpt-4o: Limit 30000, Used 29000. Please try again in 20s. Visit the site."}}"""
    )]
    [InlineData("{}", 0.006, """{"error":{"message":"Rate limit reached. Please try again in 6ms."}}""")]
    [InlineData("{}", 90.5, """{"error":{"message":"Please try again in 1m30.5s."}}""")]
    [InlineData("{}", 120.0, """{"error":{"message":"Too many requests, retry after 2 minutes"}}""")]
    [InlineData("{}", 7.0, """{"error":{"message":"Slow down.","metadata":{"retry_after":7}}}""")]
    [InlineData("{}", 2.5, """{"message":"Slow down.","retry_after_ms":2500}""")]
    [InlineData("{}", 3.0, """{"error":{"details":[{"retryDelay":{"seconds":3,"nanos":0}}],"message":"Slow."}}""")]
    [InlineData("""{"Retry-After":"0"}""", 0.0, "{}")]
    [InlineData("""{"Retry-After":"-5"}""", 0.0, "{}")]
    [InlineData("""{"Retry-After":"99999999"}""", 86_400.0, "{}")]
    [InlineData("""{"Retry-After":"1e400"}""", 86_400.0, "{}")]
    [InlineData("""{"Retry-After":"soon"}""", null, "{}")]
    [InlineData(
        """{"x-ratelimit-remaining-requests":"0","x-ratelimit-reset-requests":"1m2s","x-ratelimit-remaining-tokens":"9","x-ratelimit-reset-tokens":"9m"}""",
        62.0,
        "{}")]
    [InlineData("""{"x-ratelimit-remaining":"0","x-ratelimit-reset":"12"}""", 12.0, "{}")]
    [InlineData("{}", null, """{"error":{"message":"Your limit of 20 requests is reached."}}""")]
    public async Task The_wait_is_read_wherever_the_provider_names_it(string headers, double? seconds, string body)
    {
        _server.Answer = ScriptedAnswer.Error(
            429, body, [.. JsonNode.Parse(headers)!.AsObject().Select(header => (header.Key, header.Value!.GetValue<string>()))]);
        var failure = await Provider("openai").Fail(Answers.Ask());
        Assert.Equal(seconds is { } wait ? TimeSpan.FromSeconds(wait) : null, failure.RetryAfter);
        Assert.True(failure.Retryable);
    }

    [Fact]
    public async Task A_wait_given_as_a_moment_since_1970_ends_then()
    {
        foreach (
            var text in new[]
            {
                $"{DateTimeOffset.UtcNow.AddMinutes(10).ToUnixTimeSeconds()}",
                $"{DateTimeOffset.UtcNow.AddMinutes(10).ToUnixTimeMilliseconds()}",
            })
        {
            _server.Answer = ScriptedAnswer.Error(429, "{}", ("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", text));
            Assert.InRange(
                (await Provider("openai").Fail(Answers.Ask())).RetryAfter!.Value, TimeSpan.FromMinutes(9), TimeSpan.FromMinutes(10));
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task An_endless_line_is_refused_before_it_fills_the_memory(string kind)
    {
        var piece = Encoding.ASCII.GetBytes(new string('x', 1024 * 1024));
        _server.Answer = new ScriptedAnswer
        {
            ContentType = StreamType(kind),
            Pieces = [.. Enumerable.Repeat(piece, 40)],
            End = AnswerEnd.Silence,
        };
        Assert.Equal(ProviderErrorCode.MalformedResponse, (await Provider(kind).Fail(Answers.Ask())).Code);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Silence_ends_in_a_timeout(string kind)
    {
        _server.Answer = ScriptedAnswer.Text("\n", StreamType(kind), AnswerEnd.Silence);
        var failure = await Provider(kind, new JsonObject { ["idle_timeout_seconds"] = 0.2 }).Fail(Answers.Ask());
        Assert.Equal((ProviderErrorCode.Timeout, true), (failure.Code, failure.Retryable));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Cancelling_ends_the_stream_at_once(string kind)
    {
        _server.Answer = ScriptedAnswer.Text("\n", StreamType(kind), AnswerEnd.Silence);
        using var source = new CancellationTokenSource();
        var reading = Task.Run(async () =>
        {
            await foreach (var piece in Provider(kind).Stream(Answers.Ask(), source.Token))
                Assert.Fail($"Silence gave {piece}.");
        });
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading.WaitAsync(TimeSpan.FromMinutes(1)));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_provider_that_is_not_there_is_unavailable(string kind)
    {
        using var listener = new TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        var url = new Uri($"http://{listener.LocalEndpoint}");
        listener.Stop();
        var failure = await ProviderFactory.Create(kind, url, "key", options: null).Fail(Answers.Ask());
        Assert.Equal((ProviderErrorCode.Unavailable, true), (failure.Code, failure.Retryable));
    }

    private static string StreamType(string kind) => kind == "ollama" ? "application/x-ndjson" : "text/event-stream";

    private IModelProvider Provider(string kind, JsonObject? options = null) => ProviderFactory.Create(kind, _server.Url, "key", options);
}
