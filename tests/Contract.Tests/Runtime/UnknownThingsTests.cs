using Koda.Testing.Hosting;
using Xunit;

namespace Koda.Contract.Tests.Runtime;

/// <summary>Agents, tasks, approvals and routes that do not exist.</summary>
public sealed class UnknownThingsTests(KodaFixture koda) : IClassFixture<KodaFixture>
{
    private const string Nobody = "tsk_00000000000000000000000000";

    private RestClient Rest => koda.Host.Rest;

    [Fact]
    public async Task An_unknown_agent_is_not_found()
    {
        (await Rest.Post(TaskCalls.Tasks, """{"agent_id":"nobody","query":"x"}""")).IsRefused(404, "agent.not_found");
        (await Rest.Get("/api/runtime/agents/nobody")).IsRefused(404, "agent.not_found");
    }

    [Theory]
    [InlineData(Nobody)]
    [InlineData("tsk_short")]
    [InlineData("018f4c1e-0000-7000-8000-000000000000")]
    [InlineData("tsk_0000000000000000000000000u")]
    public async Task An_unknown_task_is_not_found_by_any_route(string id)
    {
        string[] reads = ["", "/trace", "/events", "/stream"];
        string[] commands = ["/cancel", "/pause", "/resume", "/retry"];
        foreach (var read in reads)
            (await Rest.Get($"{TaskCalls.Tasks}/{id}{read}")).IsRefused(404, "task.not_found");
        foreach (var command in commands)
            (await Rest.Post($"{TaskCalls.Tasks}/{id}{command}")).IsRefused(404, "task.not_found");
    }

    [Fact]
    public async Task An_unknown_approval_is_not_found()
    {
        const string path = "/api/runtime/approvals/apr_00000000000000000000000000";

        (await Rest.Get(path)).IsRefused(404, "approval.not_found");
        (await Rest.Post($"{path}/answer", """{"decision":"approve"}""")).IsRefused(404, "approval.not_found");
        (await Rest.Post(path, """{"decision":"deny"}""")).IsRefused(404, "approval.not_found");
    }

    [Fact]
    public async Task An_approval_is_answered_with_a_decision() =>
        (await Rest.Post("/api/runtime/approvals/apr_00000000000000000000000000/answer"))
            .IsRefused(400, "request.invalid")
            .BlamesFields("decision");

    [Theory]
    [InlineData("/api/runtime/nothing")]
    [InlineData("/api/runtime/tasks/a/b/c")]
    [InlineData("/api")]
    [InlineData("/nothing")]
    [InlineData("/openapi/nothing.json")]
    public async Task An_unknown_route_is_not_found(string path) =>
        (await Rest.Get(path)).IsRefused(404, "route.not_found");

    [Theory]
    [InlineData("DELETE", "/api/runtime/tasks", "GET", "HEAD", "POST")]
    [InlineData("POST", "/api/runtime/ready", "GET")]
    [InlineData("GET", "/api/runtime/tasks/x/cancel", "POST")]
    [InlineData("POST", "/api/control-plane/agents/x", "PUT")]
    public async Task Another_method_than_the_routes_own_is_refused_with_those_it_takes(string method, string path, params string[] allowed)
    {
        var reply = await Rest.Send(new HttpRequestMessage(HttpMethod.Parse(method), path));

        reply.IsRefused(405, "route.method_not_allowed");
        Assert.Contains(string.Join(", ", allowed), reply["message"], StringComparison.Ordinal);
    }
}
