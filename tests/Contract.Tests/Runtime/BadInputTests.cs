using System.Net.Http.Headers;
using System.Text;
using Koda.Testing.Hosting;
using Xunit;

namespace Koda.Contract.Tests.Runtime;

/// <summary>Requests that cannot be served. Each is refused in the API's shape, and the server goes on.</summary>
public sealed class BadInputTests(KodaFixture koda) : IClassFixture<KodaFixture>, IAsyncLifetime
{
    private const string Good = """{"agent_id":"atlas","query":"Audit this."}""";

    private RestClient Rest => koda.Host.Rest;

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => koda.Host.StillServes();

    [Theory]
    [InlineData("""{"agent_id":"atlas","query":""}""", "query")]
    [InlineData("""{"agent_id":"atlas","query":"   "}""", "query")]
    [InlineData("""{"agent_id":"atlas"}""", "query")]
    [InlineData("""{}""", "agent_id", "query")]
    [InlineData("""{"agent_id":5,"query":"x"}""", "agent_id")]
    [InlineData("""{"agent_id":"atlas","query":["x"]}""", "query")]
    [InlineData("""{"agent_id":"atlas","query":"x","priority":"high"}""", "priority")]
    [InlineData("""{"agent_id":"atlas","query":"x","priority":101}""", "priority")]
    [InlineData("""{"agent_id":"atlas","query":"x","priority":1.5}""", "priority")]
    [InlineData("""{"agent_id":"atlas","query":"x","metadata":[1]}""", "metadata")]
    [InlineData("""{"agent_id":"atlas","query":"x","max_attempts":-1}""", "max_attempts")]
    [InlineData("""{"agent_id":"atlas","query":"x","context":{"workspace":"here"}}""", "context.workspace")]
    [InlineData("""{"agent_id":"atlas","query":"x","context":{"timeout_seconds":-1}}""", "context.timeout_seconds")]
    [InlineData("""{"agent_id":"atlas","query":"x","urgent":true}""", "urgent")]
    [InlineData("""{"agent_id":"atlas","query":"x","context":{"colour":"red"}}""", "context.colour")]
    [InlineData("""{"agent_id":"atlas","query":"x","query":"y"}""", "query")]
    [InlineData("""{"agent_id":7,"urgent":true,"priority":"high"}""", "agent_id", "urgent", "priority")]
    public async Task Fields_at_fault_are_all_named(string body, params string[] fields) =>
        (await Rest.Post(TaskCalls.Tasks, body)).IsRefused(400, "request.invalid").BlamesFields(fields);

    [Theory]
    [InlineData("""{"agent_id":"atlas",""", "line 1")]
    [InlineData("{\"agent_id\":\"atlas\",\n\"query\": nope}", "line 2")]
    [InlineData("""{"agent_id":"atlas"} trailing""", "byte 22")]
    [InlineData("hello", "line 1, byte 1")]
    public async Task Text_that_is_not_JSON_is_refused_with_its_position(string body, string position)
    {
        var reply = await Rest.Post(TaskCalls.Tasks, body);

        reply.IsRefused(400, "request.malformed");
        Assert.Contains(position, reply["message"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task JSON_that_is_not_an_object_is_refused() =>
        Assert.Equal(400, (await Rest.Post(TaskCalls.Tasks, "[1,2]")).Status);

    [Fact]
    public async Task A_body_of_two_megabytes_is_too_large()
    {
        var query = new string('a', 2 * 1024 * 1024);

        (await Rest.Post(TaskCalls.Tasks, $$"""{"agent_id":"atlas","query":"{{query}}"}""")).IsRefused(413, "request.too_large");
    }

    [Fact]
    public async Task A_query_above_its_own_limit_is_named()
    {
        var query = new string('a', (256 * 1024) + 1);

        (await Rest.Post(TaskCalls.Tasks, $$"""{"agent_id":"atlas","query":"{{query}}"}"""))
            .IsRefused(400, "request.invalid").BlamesFields("query");
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("application/json; charset=iso-8859-1")]
    [InlineData(null)]
    public async Task Other_content_than_JSON_is_refused(string? type)
    {
        var content = new ByteArrayContent(Encoding.UTF8.GetBytes(Good));
        content.Headers.ContentType = type is null ? null : MediaTypeHeaderValue.Parse(type);

        (await Rest.Send(new HttpRequestMessage(HttpMethod.Post, TaskCalls.Tasks) { Content = content }))
            .IsRefused(415, "request.unsupported_media_type");
    }

    [Theory]
    [InlineData("/api/runtime/tasks?cursor=nonsense")]
    [InlineData("/api/runtime/tasks?cursor=%00")]
    [InlineData("/api/runtime/agents?cursor=bm9uc2Vuc2UtdGhhdC1pcy1sb25n")]
    [InlineData("/api/runtime/approvals?cursor=nonsense")]
    [InlineData("/api/runtime/dead-letters?cursor=nonsense")]
    public async Task A_cursor_that_nobody_gave_is_refused(string path) =>
        (await Rest.Get(path)).IsRefused(400, "cursor.invalid");

    [Fact]
    public async Task A_cursor_of_other_filters_is_refused()
    {
        var page = await Rest.Get("/api/runtime/agents?limit=1");

        (await Rest.Get($"/api/runtime/agents?limit=1&state=active&cursor={page["next_cursor"]}")).IsRefused(400, "cursor.invalid");
    }

    [Theory]
    [InlineData("/api/runtime/tasks?limit=many", "limit")]
    [InlineData("/api/runtime/tasks?limit=-1", "limit")]
    [InlineData("/api/runtime/agents?limit=-1", "limit")]
    [InlineData("/api/runtime/tasks?status=nonsense", "status")]
    [InlineData("/api/runtime/tasks?created_after=yesterday", "created_after")]
    [InlineData("/api/runtime/agents?state=active&state=draft", "state")]
    public async Task Query_parameters_at_fault_are_named(string path, string field) =>
        (await Rest.Get(path)).IsRefused(400, "request.invalid").BlamesFields(field);

    [Fact]
    public async Task Numbers_of_events_below_zero_are_named()
    {
        var task = await koda.Host.Submit();

        (await Rest.Get($"{TaskCalls.Tasks}/{task}/events?after_seq=-1")).IsRefused(400, "request.invalid").BlamesFields("after_seq");
        (await Rest.Get($"{TaskCalls.Tasks}/{task}/events?limit=-1")).IsRefused(400, "request.invalid").BlamesFields("limit");
    }

    [Fact]
    public async Task A_definition_is_judged_whole()
    {
        var reply = await Rest.Put("/api/control-plane/agents/reviewer", """
            {
              "tools": ["read", "teleport"],
              "provider": {"kind": "oracle", "base_url": "ftp://x", "options": {}},
              "limits": {"max_iterations": -1},
              "retry": {"max_attempts": 101}
            }
            """);

        reply.IsRefused(400, "agent.invalid")
            .BlamesFields("tools[1]", "provider.kind", "provider.base_url", "limits.max_iterations", "retry.max_attempts");
    }

    [Fact]
    public async Task An_agent_id_with_other_characters_is_refused() =>
        (await Rest.Put("/api/control-plane/agents/Not%20An%20Id", "{}")).IsRefused(400, "agent.invalid").BlamesFields("agent_id");
}
