using Koda.Protos.Worker.V1;

namespace Koda.Worker.Mcp;

/// <summary>What is known of a worker's own servers of tools.</summary>
internal sealed class McpStates
{
    // The server takes no more, and no longer names.
    private const int Most = 100;
    private const int LongestName = 128;

    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, McpServerState> _states = new(StringComparer.Ordinal);

    /// <summary>Raised when a report would say something else than before.</summary>
    public event Action? Changed;

    public McpReport Report()
    {
        lock (_gate)
            return new McpReport { Servers = { _states.Values.Select(state => state.Clone()) } };
    }

    /// <summary>These are the servers, in place of those named before.</summary>
    public void Name(IReadOnlyDictionary<string, McpServerOptions> servers) => Change(() =>
    {
        foreach (var gone in _states.Keys.Where(name => !servers.ContainsKey(name)).ToList())
            _states.Remove(gone);
        foreach (var (name, server) in servers.Where(server => server.Key.Length is > 0 and <= LongestName).Take(Most))
        {
            if (!_states.TryGetValue(name, out var state) || state.Enabled == server.Disabled)
                _states[name] = new McpServerState { Name = name, Enabled = !server.Disabled };
        }
    });

    /// <summary>A server answered, or did not.</summary>
    public void Tell(string name, bool isActive, int tools) => Change(() =>
    {
        if (_states.TryGetValue(name, out var state))
            (state.Active, state.Tools) = (isActive, tools);
    });

    private void Change(Action change)
    {
        bool isNew;
        lock (_gate)
        {
            var before = Report();
            change();
            isNew = !before.Equals(Report());
        }
        if (isNew)
            Changed?.Invoke();
    }
}
