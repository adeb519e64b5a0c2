using Koda.Follow.Tests.Followers;
using Koda.Testing;
using Xunit;

namespace Koda.Follow.Tests;

public sealed class FollowTests(PostgresFixture postgres, Peers peers) : IClassFixture<PostgresFixture>, IClassFixture<Peers>
{
    private const int History = 50;
    private const int Batches = 15;

    [Fact]
    public async Task All_clients_see_the_same_events_once_and_in_order_as_they_are_recorded()
    {
        await using var server = await RunningServer.Start(postgres);
        await using var task = await FollowedTask.Submit(server.Url, server.OperatorToken, server.WorkerToken);
        await using var followers = new AllFollowers(peers);
        await task.Record(History);
        followers.Start(task, server.Url);

        await followers.RecordInSight(task, Batches);
        await task.Complete();

        await followers.AssertWhole(task);
    }

    [Fact]
    public async Task Clients_that_are_cut_anywhere_go_on_after_their_last_event()
    {
        await using var server = await RunningServer.Start(postgres);
        await using var task = await FollowedTask.Submit(server.Url, server.OperatorToken, server.WorkerToken);
        await using var followers = new AllFollowers(peers);
        await task.Record(History);
        followers.Start(task, server.Url);

        var cuts = followers
            .Each.Select(follower =>
                Cut(follower, Random.Shared.Next(1, History + (Batches * FollowedTask.BatchSize)), task, server.Url))
            .ToList();
        await followers.RecordInSight(task, Batches);
        await task.Complete();
        await Task.WhenAll(cuts);

        await followers.AssertWhole(task);
    }

    [Fact]
    public async Task A_cursor_of_one_server_is_good_at_another_on_the_same_database()
    {
        await using var here = await RunningServer.Start(postgres);
        await using var there = await RunningServer.Start(postgres);
        await using var task = await FollowedTask.Submit(here.Url, here.OperatorToken, here.WorkerToken);
        await using var followers = new AllFollowers(peers);
        var seq = await task.Record(History);
        foreach (var (index, follower) in followers.Each.Index())
            follower.Start(task, index % 2 == 0 ? here.Url : there.Url);
        await followers.Reached(seq);
        seq = await task.Record(FollowedTask.BatchSize);
        await followers.Reached(seq);

        foreach (var (index, follower) in followers.Each.Index())
        {
            await follower.Cut();
            follower.Start(task, index % 2 == 0 ? there.Url : here.Url);
        }
        await followers.RecordInSight(task, Batches);
        await task.Complete();

        await followers.AssertWhole(task);
    }

    private static async Task Cut(Follower follower, long seq, FollowedTask task, Uri server)
    {
        await follower.Reached(seq);
        await follower.Cut();
        follower.Start(task, server);
    }
}
