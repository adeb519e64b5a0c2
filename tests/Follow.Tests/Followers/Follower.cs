using Xunit;

namespace Koda.Follow.Tests.Followers;

/// <summary>A client that follows one task. It can be cut and goes on after the last event that it gave.</summary>
internal abstract class Follower(string name, bool reconnects) : IAsyncDisposable
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(2);

    private readonly Lock _gate = new();
    private readonly List<SeenEvent> _seen = [];
    private TaskCompletionSource _news = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private CancellationTokenSource _cut = new();
    private Task _life = Task.CompletedTask;

    public string Name { get; } = name;

    /// <summary>True when it connects again by itself after the server was gone.</summary>
    public bool Reconnects => reconnects;

    public IReadOnlyList<SeenEvent> Seen
    {
        get
        {
            lock (_gate)
                return [.. _seen];
        }
    }

    /// <summary>Starts it after the last event that it gave.</summary>
    public void Start(FollowedTask task, Uri server)
    {
        _cut.Dispose();
        _cut = new CancellationTokenSource();
        _life = Follow(task, server, Cursor, _cut.Token);
    }

    /// <summary>Waits until it gave the event with this number or a later one.</summary>
    public async Task Reached(long seq)
    {
        using var limit = new CancellationTokenSource(s_limit);
        while (News(seq) is { } news)
        {
            try
            {
                await news.WaitAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                Assert.Fail($"{Name} gave event {Cursor} last and {seq} not within {s_limit}. {_life.Exception?.InnerException?.Message}");
            }
        }
    }

    /// <summary>Ends it without warning, if it has not ended, and returns when all that it gave is taken.</summary>
    public async Task Cut()
    {
        await _cut.CancelAsync();
        await Task.WhenAny(_life).WaitAsync(s_limit);
    }

    /// <summary>Waits until it ends by itself, in good order.</summary>
    public Task End() => _life.WaitAsync(s_limit);

    public async ValueTask DisposeAsync()
    {
        await Cut();
        _cut.Dispose();
    }

    /// <summary>Follows until the task has ended or it is cut, and gives each event to <see cref="Add"/>.</summary>
    protected abstract Task Follow(FollowedTask task, Uri server, long after, CancellationToken cut);

    protected void Add(SeenEvent item)
    {
        lock (_gate)
        {
            _seen.Add(item);
            _news.SetResult();
            _news = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    private long Cursor => Seen is [.., var last] ? last.Seq : 0;

    private Task? News(long seq)
    {
        lock (_gate)
            return _seen is [.., var last] && last.Seq >= seq ? null : _news.Task;
    }
}
