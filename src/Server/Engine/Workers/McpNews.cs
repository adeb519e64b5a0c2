using System.Globalization;
using Koda.Server.Engine.Dispatch;
using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Workers;

/// <summary>Carries between servers that workers are to look at their servers of tools again, and that one has told.</summary>
internal sealed class McpNews
{
    private const string Topic = "mcp";
    private const string HasTold = "told";

    private readonly Broadcast _broadcast;
    private readonly ConnectionHost _host;
    private TaskCompletionSource _told = NewTold();

    public McpNews(Broadcast broadcast, ConnectionHost host)
    {
        (_broadcast, _host) = (broadcast, host);
        broadcast.OnChange(Topic, Hear);
    }

    /// <summary>Ends when a worker has told. To be taken before looking at what is told so far.</summary>
    public Task Told => Volatile.Read(ref _told).Task;

    /// <summary>Asks the workers of all servers.</summary>
    public void Ask(long number)
    {
        _host.RequestMcpRefresh(number);
        _broadcast.Announce(Topic, number.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>What a worker told is stored.</summary>
    public void Tell()
    {
        Wake();
        _broadcast.Announce(Topic, HasTold);
    }

    private void Hear(string? name)
    {
        if (long.TryParse(name, CultureInfo.InvariantCulture, out var number))
            _host.RequestMcpRefresh(number);
        else
            Wake();
    }

    private void Wake() => Interlocked.Exchange(ref _told, NewTold()).TrySetResult();

    private static TaskCompletionSource NewTold() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
