using Koda.Testing.Hosting;
using Xunit;

namespace Koda.Contract.Tests.Runtime;

/// <summary>`Idempotency-Key`, by REST and by gRPC.</summary>
public sealed class IdempotencyTests(KodaFixture koda) : IClassFixture<KodaFixture>
{
    private const string Body = """{"agent_id":"atlas","query":"Once, please."}""";

    [Fact]
    public async Task The_same_request_again_gets_the_first_answer()
    {
        var first = await Post("key-1", Body);
        var again = await Post("key-1", """{ "query": "Once, please.", "agent_id": "atlas" }""");

        Assert.Equal(202, first.Status);
        Assert.Equal(202, again.Status);
        Assert.Equal(first.Text, again.Text);
    }

    [Fact]
    public async Task Another_request_with_the_same_key_is_a_conflict()
    {
        await Post("key-2", Body);

        (await Post("key-2", """{"agent_id":"atlas","query":"Something else."}""")).IsRefused(409, "idempotency.conflict");
    }

    [Fact]
    public async Task Many_at_once_submit_one_task()
    {
        var replies = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Post("key-3", Body)));

        var accepted = replies.Where(reply => reply.Status == 202).ToArray();
        Assert.Single(accepted.Select(reply => reply["id"]).Distinct());
        Assert.All(replies.Except(accepted), reply => reply.IsRefused(409, "idempotency.in_progress"));
    }

    [Fact]
    public async Task A_key_means_the_same_by_gRPC()
    {
        var rest = await Post("key-4", Body);

        var task = await koda.Host.Client.Tasks.SubmitAsync(new() { AgentId = "atlas", Query = "Once, please." }, "key-4");

        Assert.Equal(rest["id"], task.Id);
    }

    private Task<RestReply> Post(string key, string body) => koda.Host.Rest.Post(TaskCalls.Tasks, body, ("Idempotency-Key", key));
}
