using Grpc.Core;

namespace Koda.Client.Tests.Tasks;

public sealed class TaskClientTests
{
    [Fact]
    public async Task A_submission_is_repeated_with_the_same_idempotency_key()
    {
        var server = new ScriptedInvoker().Fail(StatusCode.Unavailable).Answer(new Runtime.Task { Id = "tsk_1" });
        await using var client = Scripted.Client(server);

        var task = await client.Tasks.SubmitAsync(new() { AgentId = "atlas", Query = "?" });

        Assert.Equal("tsk_1", task.Id);
        var keys = server.Calls.Select(call => call.Headers.GetValue("idempotency-key")).ToList();
        Assert.Equal(2, keys.Count);
        Assert.NotNull(keys[0]);
        Assert.Equal(keys[0], keys[1]);
    }

    [Fact]
    public async Task Two_submissions_have_different_idempotency_keys()
    {
        var server = new ScriptedInvoker().Answer(new Runtime.Task()).Answer(new Runtime.Task());
        await using var client = Scripted.Client(server);

        await client.Tasks.SubmitAsync(new());
        await client.Tasks.SubmitAsync(new());

        Assert.NotEqual(server.Calls[0].Headers.GetValue("idempotency-key"), server.Calls[1].Headers.GetValue("idempotency-key"));
    }

    [Fact]
    public async Task Steering_is_never_repeated()
    {
        var server = new ScriptedInvoker().Fail(StatusCode.Unavailable);
        await using var client = Scripted.Client(server);

        await Assert.ThrowsAsync<KodaException>(() => client.Tasks.RetryAsync("tsk_1"));

        Assert.Single(server.Calls);
    }

    [Fact]
    public async Task Every_call_carries_the_token()
    {
        var server = new ScriptedInvoker().Answer(new Runtime.Task());
        await using var client = Scripted.Client(server);

        await client.Tasks.GetAsync("tsk_1");

        Assert.Equal("Bearer secret", server.Calls.Single().Headers.GetValue("authorization"));
    }

    [Fact]
    public async Task A_list_is_read_page_by_page_with_its_filters()
    {
        var server = new ScriptedInvoker()
            .Answer(new Runtime.ListTasksResponse { Items = { new Runtime.Task { Id = "a" } }, NextCursor = "next" })
            .Answer(new Runtime.ListTasksResponse { Items = { new Runtime.Task { Id = "b" } } });
        await using var client = Scripted.Client(server);

        var ids = await client.Tasks.ListAsync(new() { AgentId = "atlas" }).Select(task => task.Id).ToListAsync();

        Assert.Equal(["a", "b"], ids);
        var asked = server.Calls.Select(call => (Runtime.ListTasksRequest)call.Request).ToList();
        Assert.Equal(["", "next"], asked.Select(request => request.Cursor));
        Assert.All(asked, request => Assert.Equal("atlas", request.AgentId));
    }
}
