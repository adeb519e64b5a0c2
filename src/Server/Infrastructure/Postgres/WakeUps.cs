using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace Koda.Server.Infrastructure.Postgres;

/// <summary>Named signals, such as <c>tasks</c>: raised on one server, they wake whoever waits for them on any.</summary>
/// <remarks>A signal says "look again". Those raised while nobody looks are merged into one; none is lost, but a wake-up may be for
/// nothing.</remarks>
internal sealed class WakeUps
{
    private const string Topic = "wake";

    private readonly ConcurrentDictionary<string, ImmutableArray<WakeUp>> _waiting = new(StringComparer.Ordinal);
    private readonly Broadcast _broadcast;

    public WakeUps(Broadcast broadcast)
    {
        _broadcast = broadcast;
        broadcast.OnChange(Topic, WakeLocally);
    }

    /// <summary>Wakes this server's listeners now and those of other servers within milliseconds. Call it after the commit.</summary>
    /// <param name="name">Without white space.</param>
    public void Raise(string name)
    {
        WakeLocally(name);
        _broadcast.Announce(Topic, name);
    }

    /// <summary>Hears a signal until the result is disposed of.</summary>
    public WakeUp Listen(string name)
    {
        var listener = new WakeUp(this, name);
        _waiting.AddOrUpdate(name, _ => [listener], (_, others) => others.Add(listener));
        return listener;
    }

    internal void Forget(WakeUp listener)
    {
        var left = _waiting.AddOrUpdate(listener.Name, _ => [], (_, others) => others.Remove(listener));
        if (left.IsEmpty)
            _waiting.TryRemove(KeyValuePair.Create(listener.Name, left));
    }

    private void WakeLocally(string? name)
    {
        var woken = name is null ? _waiting.Values.SelectMany(listeners => listeners) : _waiting.GetValueOrDefault(name, []);
        foreach (var listener in woken)
            listener.Set();
    }
}
