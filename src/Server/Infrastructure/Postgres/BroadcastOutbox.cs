using System.Threading.Channels;

namespace Koda.Server.Infrastructure.Postgres;

/// <summary>The changes that are still to be announced, each once.</summary>
internal sealed class BroadcastOutbox
{
    // About as many ids as one notification can carry.
    private const int MostNames = 200;

    private readonly Lock _lock = new();
    private readonly Channel<bool> _filled = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private Dictionary<string, HashSet<string>?> _changes = new(StringComparer.Ordinal);

    public void Add(string topic, string name)
    {
        lock (_lock)
        {
            var first = _changes.Count == 0;
            if (!_changes.TryGetValue(topic, out var names) && !_changes.TryAdd(topic, names = new HashSet<string>(StringComparer.Ordinal)))
                return;
            if (names is not null && names.Add(name) && names.Count > MostNames)
                _changes[topic] = null;
            if (first)
                _filled.Writer.TryWrite(true);
        }
    }

    public async Task WaitUntilFilled(CancellationToken cancellationToken) => await _filled.Reader.ReadAsync(cancellationToken);

    /// <summary>Takes everything. A topic without names stands for anything of it.</summary>
    public IReadOnlyDictionary<string, HashSet<string>?> Take()
    {
        lock (_lock)
        {
            var taken = _changes;
            _changes = new(StringComparer.Ordinal);
            return taken;
        }
    }
}
