using Koda.Contract.Tests.Journeys;
using Koda.Testing.Hosting;
using Xunit;

namespace Koda.Contract.Tests.ControlPlane;

/// <summary>The operator's views over HTTP; what they say is tested at the engine.</summary>
public sealed class OperationsTests(KodaFixture koda) : IClassFixture<KodaFixture>
{
    private const string Runs = "/api/control-plane/runs";

    private KodaHost Host => koda.Host;

    [Fact]
    public async Task A_task_is_listed_as_a_run_and_read_by_its_id()
    {
        var task = await Host.Rest.Post("/api/runtime/tasks", """{"agent_id":"atlas","query":"look"}""");

        var listed = (await Host.Rest.Get($"{Runs}?kind=task&limit=200")).Json["items"]!.AsArray()
            .Single(run => run!.At("task_id") == task["id"])!;
        var read = await Host.Rest.Get($"{Runs}/{listed.At("id")}");

        Assert.Equal(("task", "atlas", "look", ""), (listed.At("kind"), listed.At("agent_id"), listed.At("title"), listed.At("session_id")));
        Assert.Equal(listed.At("id"), read.Json["run"]!.At("id"));
        Assert.Empty(read.Json["children"]!.AsArray());
    }

    [Fact]
    public async Task The_same_path_is_the_feed()
    {
        await Host.Rest.Post("/api/runtime/tasks", """{"agent_id":"atlas","query":"look"}""");
        using var client = new HttpClient { BaseAddress = Host.Url };
        using var request = new HttpRequestMessage(HttpMethod.Get, Runs);
        request.Headers.Add("Accept", "text/event-stream");
        request.Headers.Add("Authorization", $"Bearer {Host.OperatorToken}");

        using var reply = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        using var lines = new StreamReader(await reply.Content.ReadAsStreamAsync());
        var line = "";
        while (!line.StartsWith("data: ", StringComparison.Ordinal))
            line = await lines.ReadLineAsync() ?? throw new InvalidOperationException("The feed ended.");

        Assert.Contains("\"items\":[{\"id\":\"run_", line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData($"{Runs}/run_00000000000000000000000000", 404, "run.not_found")]
    [InlineData($"{Runs}/nothing", 404, "run.not_found")]
    [InlineData($"{Runs}?state=sideways", 400, "request.invalid")]
    [InlineData($"{Runs}?cursor=abc", 400, "cursor.invalid")]
    [InlineData("/api/control-plane/costs?since=yesterday", 400, "request.invalid")]
    [InlineData("/api/control-plane/costs?since=2026-02-01&until=2026-01-01", 400, "request.invalid")]
    public async Task What_cannot_be_read_is_refused_with_the_reason(string path, int status, string code)
    {
        (await Host.Rest.Get(path)).IsRefused(status, code);
    }

    [Theory]
    [InlineData("""{"decision":"approve"}""", 404, "approval.not_found")]
    [InlineData("{}", 400, "request.invalid")]
    public async Task An_answer_needs_an_item_and_a_decision(string body, int status, string code)
    {
        (await Host.Rest.Post("/api/control-plane/inbox/apr_00000000000000000000000000/answer", body)).IsRefused(status, code);
    }
}
