using Koda.Client;

namespace Koda.Follow.Tests.Followers;

/// <summary>Our own client, in this process.</summary>
internal sealed class ClientFollower() : Follower("C#")
{
    private CancellationTokenSource? _cut;

    public override bool Reconnects => true;

    protected override async Task FollowAsync(FollowedTask task, Uri server, long after)
    {
        using var cut = _cut = new CancellationTokenSource();
        await using var client = new KodaClient(new KodaClientOptions { Url = server, Token = task.Token });
        await foreach (var item in client.Tasks.WatchAsync(task.Id, after, cancellation: cut.Token))
            Add(new SeenEvent(item.Seq, item.Kind, item.Hash));
        _cut = null;
    }

    protected override void Cut() => _cut?.Cancel();
}
