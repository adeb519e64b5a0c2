using Koda.Server.Engine.Events;

namespace Koda.Server.Tests.Surfaces.Runtime;

/// <summary>Writes a task's log by hand, one second an event.</summary>
internal sealed class EventScript
{
    private readonly Guid _stream = Guid.CreateVersion7();
    private long _seq;

    public Event Next(string kind, string payload, string? usage = null)
    {
        _seq++;
        return new Event(_stream, _seq, DateTime.UnixEpoch.AddSeconds(_seq), kind, "worker:w", _stream, 1, payload, usage, []);
    }
}
