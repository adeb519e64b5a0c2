using Koda.Client;

namespace Koda.Follow.Tests.Followers;

/// <summary>Our own client, in this process.</summary>
internal sealed class ClientFollower() : Follower("C#", reconnects: true)
{
    protected override async Task Follow(FollowedTask task, Uri server, long after, CancellationToken cut)
    {
        await using var client = new KodaClient(new KodaClientOptions { Url = server, Token = task.Token });
        await foreach (var item in client.Tasks.WatchAsync(task.Id, after, cancellationToken: cut))
            Add(new SeenEvent(item.Seq, item.Kind, item.Hash));
    }
}
