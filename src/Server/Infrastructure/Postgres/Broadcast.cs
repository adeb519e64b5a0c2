using System.Collections.Concurrent;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Koda.Server.Infrastructure.Postgres;

/// <summary>
/// Tells the other servers on the same database that something changed: a topic and a name, such as a stream's id. It carries hints, not
/// data, and may merge many into "anything of this topic". News of this server are not echoed to it.
/// </summary>
internal sealed class Broadcast(Database database, ILogger<Broadcast> log, TimeProvider clock) : BackgroundService
{
    private readonly ConcurrentDictionary<string, Action<string?>> _handlers = new(StringComparer.Ordinal);
    private readonly BroadcastOutbox _outbox = new();
    private readonly string _serverId = Guid.CreateVersion7().ToString("n");

    /// <summary>
    /// Calls <paramref name="handler"/> with the name that changed, or with null when anything of the topic may have: after too many
    /// changes, or after a time without connection. It must be quick and must not throw. A topic has one handler, set before the start.
    /// </summary>
    public void OnChange(string topic, Action<string?> handler)
    {
        if (!_handlers.TryAdd(topic, handler))
            throw new InvalidOperationException($"Topic {topic} has a handler already.");
    }

    /// <summary>Announces a change to the other servers, soon, together with others. Never waits.</summary>
    public void Announce(string topic, string name) => _outbox.Add(topic, name);

    protected override Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // What was announced meanwhile may be lost.
        database.Health.Changed += trouble =>
        {
            if (trouble is null)
                Deliver(topic: null, name: null);
        };
        var listener = new BroadcastListener(database, _serverId, Deliver, log, clock);
        var sender = new BroadcastSender(database, _serverId, _outbox, log, clock);
        return Task.WhenAll(listener.Run(stoppingToken), sender.Run(stoppingToken));
    }

    private void Deliver(string? topic, string? name)
    {
        foreach (var (known, handler) in _handlers)
        {
            if (topic is null || topic == known)
                handler(name);
        }
    }
}
