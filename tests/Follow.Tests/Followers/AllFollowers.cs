using Xunit;

namespace Koda.Follow.Tests.Followers;

/// <summary>One follower of each kind.</summary>
internal sealed class AllFollowers(Peers peers) : IAsyncDisposable
{
    private const string Feed = "/api/runtime/tasks/$3/events?after_seq=$4";

    private const string Curl = $"""
        set -o pipefail
        curl -sSfN -H "Authorization: Bearer $2" -H "Accept: text/event-stream" "$1{Feed}" | {Peers.Python} python/lines_of_sse.py
        """;

    private const string BufCurl = $$"""
        set -o pipefail
        node/node_modules/.bin/buf curl --protocol grpc --http2-prior-knowledge -H "Authorization: Bearer $2" \
          -d "{\"taskId\":\"$3\",\"afterSeq\":\"$4\"}" "$1/koda.runtime.v1.TaskService/WatchTask" | {{Peers.Python}} python/lines_of_json.py
        """;

    public IReadOnlyList<Follower> Each { get; } =
    [
        new ClientFollower(),
        new ProgramFollower("grpc-js", peers, reconnects: false, "node", "node/follow-grpc-js.mjs"),
        new ProgramFollower("C-core", peers, reconnects: false, Peers.Python, "python/follow_grpc.py"),
        new ProgramFollower("Connect", peers, reconnects: false, "node", "node/follow-connect.mjs"),
        new ProgramFollower("buf curl", peers, reconnects: false, "bash", "-c", BufCurl, "bash"),
        new ProgramFollower("curl", peers, reconnects: false, "bash", "-c", Curl, "bash"),
        new ProgramFollower("EventSource", peers, reconnects: true, "node", "node/follow-eventsource.mjs"),
        new ProgramFollower("polling", peers, reconnects: false, Peers.Python, "python/follow_polling.py"),
    ];

    public void Start(FollowedTask task, Uri server)
    {
        foreach (var follower in Each)
            follower.Start(task, server);
    }

    /// <summary>Waits until all gave the event with this number.</summary>
    public Task Reached(long seq) => Task.WhenAll(Each.Select(follower => follower.Reached(seq)));

    /// <summary>Records each batch when all have seen the one before, so that they follow and do not only catch up.</summary>
    public async Task RecordInSight(FollowedTask task, int batches)
    {
        for (var batch = 0; batch < batches; batch++)
            await Reached(await task.Record(FollowedTask.BatchSize));
    }

    /// <summary>Waits until all have ended, and holds what they gave against the log, and the log against what was recorded.</summary>
    public async Task AssertWhole(FollowedTask task)
    {
        await Task.WhenAll(Each.Select(follower => follower.End()));
        var log = await task.ReadLog();
        Assert.Equal(task.Kinds, log.Select(item => item.Kind));
        Assert.Equal(Enumerable.Range(1, log.Count).Select(seq => (long)seq), log.Select(item => item.Seq));
        Assert.All(Each, follower => Assert.Equal(log, follower.Seen));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var follower in Each)
            await follower.DisposeAsync();
    }
}
