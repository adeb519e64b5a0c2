using System.Security.Cryptography;
using Koda.Follow.Tests.Followers;
using Koda.Testing;
using Xunit;

namespace Koda.Follow.Tests;

public sealed class ServerKillTests(PostgresFixture postgres, Peers peers) : IClassFixture<PostgresFixture>, IClassFixture<Peers>
{
    private const int History = 50;
    private const int Kills = 2;
    private const int BatchesBetween = 5;

    private readonly string _folder = Directory.CreateTempSubdirectory("koda-follow-").FullName;

    [Fact]
    public async Task Clients_go_on_after_their_last_event_when_the_server_was_killed_and_started_again()
    {
        using var server = await StartServer();
        await using var task = await FollowedTask.Submit(
            server.Url, server.Files.ReadOperatorToken()!, server.Files.ReadWorkerToken()!);
        await using var followers = new AllFollowers(peers);
        await task.Record(History);
        followers.Start(task, server.Url);

        for (var kill = 0; kill < Kills; kill++)
        {
            await followers.RecordInSight(task, BatchesBetween);
            await task.SendEvents(FollowedTask.BatchSize);
            server.Kill();
            await Restart(server, task, followers);
            await followers.Reached(await task.Reconnect());
        }
        await followers.RecordInSight(task, BatchesBetween);
        await task.Complete();

        await followers.AssertWhole(task);
        server.Kill();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task<KodaServerProcess> StartServer()
    {
        var key = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
        var server = KodaServerProcess.Create(_folder, "server", postgres.ConnectionString, key, FollowedTask.Lease);
        server.Start();
        await server.Ready();
        return server;
    }

    /// <summary>Starts again the server, and the clients that do not connect again by themselves.</summary>
    private static async Task Restart(KodaServerProcess server, FollowedTask task, AllFollowers followers)
    {
        var lost = followers.Each.Where(follower => !follower.Reconnects).ToList();
        await Task.WhenAll(lost.Select(follower => follower.Cut()));
        server.Start();
        await server.Ready();
        foreach (var follower in lost)
            follower.Start(task, server.Url);
    }
}
