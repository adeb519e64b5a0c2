using System.Text.Json.Nodes;
using Koda.Testing;
using Xunit;

namespace Koda.Follow.Tests;

public sealed class CallsTests(PostgresFixture postgres, Peers peers) : IClassFixture<PostgresFixture>, IClassFixture<Peers>
{
    [Theory]
    [InlineData("node", "node/calls-grpc-js.mjs")]
    [InlineData(Peers.Python, "python/calls_grpc.py")]
    public async Task A_foreign_client_submits_reads_lists_and_cancels_and_reads_the_reason_of_an_error(string program, string script)
    {
        await using var server = await RunningServer.Start(postgres);

        var outcome = JsonNode.Parse(
            await peers.Run(program, script, server.Url.GetLeftPart(UriPartial.Authority), server.OperatorToken));

        var expected = JsonNode.Parse("""
            {
              "submitted": "TASK_STATUS_QUEUED",
              "query": "look",
              "listed": true,
              "cancelled": "TASK_STATUS_FAILED",
              "error": "task.cancelled",
              "failure": 5,
              "message": "No task has this id.",
              "reason": "TASK_NOT_FOUND",
              "domain": "koda"
            }
            """);
        Assert.True(JsonNode.DeepEquals(expected, outcome), outcome?.ToJsonString());
    }
}
