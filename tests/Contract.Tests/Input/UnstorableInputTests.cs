using Google.Protobuf;
using System.Net.Http.Headers;
using System.Text;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Koda.Contract.Tests.Runtime;
using Koda.Protos.Runtime.V1;
using Koda.Testing.Hosting;
using Xunit;
using CodeWire = Koda.Protos.Code.V1;
using ControlPlaneWire = Koda.Protos.ControlPlane.V1;
using Task = System.Threading.Tasks.Task;

namespace Koda.Contract.Tests.Input;

/// <summary>What cannot be stored is refused by name, on every face alike, or replaced where people and programs write freely.</summary>
public sealed class UnstorableInputTests(KodaFixture koda) : IClassFixture<KodaFixture>, IAsyncLifetime
{
    private RestClient Rest => koda.Host.Rest;

    private Metadata Owner => new() { { "authorization", $"Bearer {koda.Host.OperatorToken}" } };

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => koda.Host.StillServes();

    [Theory]
    [InlineData("/api/runtime/tasks?agent_id=a%00b", "agent_id")]
    [InlineData("/api/runtime/dead-letters?agent_id=a%00b", "agent_id")]
    [InlineData("/sessions?workspace=a%00b", "workspace")]
    [InlineData("/api/control-plane/audit?kind=a%00b", "kind")]
    [InlineData("/api/control-plane/audit?since=9999-12-31T23:59:59-23:59", "since")]
    public async Task A_query_is_refused_by_the_name_of_its_field(string path, string field)
    {
        var reply = await Rest.Get(path);

        Assert.True(reply.Status == 400, $"{reply.Status} {reply.Text}");
        Assert.Contains(field, reply.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"workspace":"/tmp/a\u0000b"}""", "context.workspace")]
    [InlineData("""{"model":"a\u0000b"}""", "context.model")]
    [InlineData("""{"provider":"a\u0000b","model":"\u0000"}""", "context.model", "context.provider")]
    [InlineData("""{"max_cost_usd":"NaN"}""", "context.max_cost_usd")]
    public async Task The_context_of_a_task_is_refused_with_every_field_at_fault(string context, params string[] fields) =>
        (await Rest.Post("/api/runtime/tasks", $$"""{"agent_id":"atlas","query":"x","context":{{context}}}"""))
            .IsRefused(400, "request.invalid").BlamesFields(fields);

    [Theory]
    [InlineData("""{"a":"\u0000"}""")]
    [InlineData("""{"\u0000":1}""")]
    [InlineData("""{"a":["\ud800"]}""")]
    [InlineData("""{"a":"\udc00\ud800"}""")]
    [InlineData("""{"a":1e99999}""")]
    public async Task JSON_that_cannot_be_stored_is_refused(string metadata) =>
        (await Rest.Post("/api/runtime/tasks", $$"""{"agent_id":"atlas","query":"x","metadata":{{metadata}}}"""))
            .IsRefused(400, "request.invalid").BlamesFields("metadata");

    [Fact]
    public async Task The_address_of_a_provider_is_refused() =>
        (await Rest.Put("/api/control-plane/providers/ollama/connection/local", """{"base_url":"http://127.0.0.1:11434/a\u0000b"}"""))
            .IsRefused(400, "request.invalid").BlamesFields("base_url");

    [Fact]
    public async Task A_field_that_is_the_whole_body_is_named_as_its_sender_knows_it() =>
        (await Rest.Put("/api/control-plane/agents/reviewer", """{"system_prompt":"a\u0000b","provider":{"options":{"x":"\u0000"}}}"""))
            .IsRefused(400, "request.invalid").BlamesFields("system_prompt", "provider.options");

    [Theory]
    [InlineData("/api/runtime/tasks/%00")]
    [InlineData("/api/runtime/tasks/a%00b/events")]
    [InlineData("/settings/a%00b")]
    [InlineData("/sessions/%ff%fe")]
    [InlineData("/api/control-plane/agents/%c0%80")]
    [InlineData("/api/control-plane/skills?text=%ed%a0%80")]
    public async Task A_path_that_is_no_text_is_refused(string path)
    {
        var reply = await Rest.Get(path);

        Assert.InRange(reply.Status, 200, 404);
    }

    [Fact]
    public async Task What_people_write_is_kept_with_the_character_replaced()
    {
        var session = await Rest.Post("/sessions", """{"agent_id":"engineer","title":"a\u0000b"}""");
        Assert.Equal("a\uFFFDb", session["title"]);

        var task = await Rest.Post("/api/runtime/tasks", """{"agent_id":"atlas","query":"a\u0000b"}""");
        Assert.Equal(202, task.Status);

        var setting = await Rest.Put("/settings/fuzz", """{"value":{"a":"\u0000\ud800","b":1.10}}""");
        Assert.Equal("""{"a":"\ufffd\ufffd","b":1.10}""", setting["value"]);
    }

    [Theory]
    [InlineData("no JSON")]
    [InlineData("{")]
    [InlineData("[1,]")]
    [InlineData("\"a\0b\"")]
    public async Task Text_that_is_no_JSON_is_refused_where_the_contract_says_JSON(string text)
    {
        var setting = new CodeWire.ConfigService.ConfigServiceClient(koda.Host.Client.CallInvoker);
        await IsRefused(
            "value", setting.PutSettingAsync(new CodeWire.PutSettingRequest { Key = "fuzz", Value = text }, Owner).ResponseAsync);

        var agents = new ControlPlaneWire.AgentService.AgentServiceClient(koda.Host.Client.CallInvoker);
        await IsRefused(
            "content",
            agents
                .ReplaceAgentSectionAsync(
                    new ControlPlaneWire.ReplaceAgentSectionRequest
                    {
                        AgentId = "reviewer",
                        Section = "limits",
                        Content = new() { ContentType = "application/json", Data = ByteString.CopyFromUtf8(text) },
                    },
                    Owner)
                .ResponseAsync);

        var tasks = new TaskService.TaskServiceClient(koda.Host.Client.CallInvoker);
        await IsRefused(
            "metadata",
            tasks
                .SubmitTaskAsync(new SubmitTaskRequest { AgentId = "atlas", Query = "x", Metadata = text }, Owner)
                .ResponseAsync);
    }

    [Theory]
    [InlineData(long.MaxValue, 0)]
    [InlineData(long.MinValue, 0)]
    [InlineData(253_402_300_800, 0)]
    [InlineData(0, -1)]
    [InlineData(0, 1_000_000_000)]
    public async Task A_time_out_of_range_is_refused(long seconds, int nanos)
    {
        var tasks = new TaskService.TaskServiceClient(koda.Host.Client.CallInvoker);
        var request = new ListTasksRequest { CreatedAfter = new Timestamp { Seconds = seconds, Nanos = nanos } };

        await IsRefused("created_after", tasks.ListTasksAsync(request, Owner).ResponseAsync);
    }

    [Theory]
    [InlineData(-62_135_596_800, 0)]
    [InlineData(253_402_300_799, 999_999_999)]
    public async Task The_first_and_the_last_time_are_taken(long seconds, int nanos)
    {
        var tasks = new TaskService.TaskServiceClient(koda.Host.Client.CallInvoker);
        var time = new Timestamp { Seconds = seconds, Nanos = nanos };

        await tasks.ListTasksAsync(new ListTasksRequest { CreatedAfter = time, CreatedBefore = time }, Owner);
    }

    [Fact]
    public async Task A_value_that_no_enum_has_is_refused()
    {
        var tasks = new TaskService.TaskServiceClient(koda.Host.Client.CallInvoker);

        await IsRefused(
            "status", tasks.ListTasksAsync(new ListTasksRequest { Status = (Koda.Protos.Runtime.V1.TaskStatus)4711 }, Owner).ResponseAsync);
    }

    [Fact]
    public async Task A_cut_user_agent_does_not_end_within_a_character()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/control-plane/auth/tokens")
        {
            Content = new StringContent(
                $$"""{"name":"t{{Guid.NewGuid():N}}","scopes":["runtime.read"]}""",
                Encoding.UTF8,
                "application/json"),
        };
        using var http = new HttpClient(new SocketsHttpHandler { RequestHeaderEncodingSelector = (_, _) => Encoding.UTF8 })
        {
            BaseAddress = koda.Host.Url,
        };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", koda.Host.OperatorToken);
        request.Headers.TryAddWithoutValidation("User-Agent", new string('a', 255) + "😀");
        using var reply = await http.SendAsync(request);

        Assert.True((int)reply.StatusCode < 400, await reply.Content.ReadAsStringAsync());
    }

    private static async Task IsRefused(string field, Task call)
    {
        var refusal = await Assert.ThrowsAsync<RpcException>(() => call);
        Assert.Equal(StatusCode.InvalidArgument, refusal.StatusCode);
        Assert.Contains(field, refusal.Status.Detail, StringComparison.Ordinal);
    }
}
