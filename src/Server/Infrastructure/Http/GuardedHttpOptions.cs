using System.Net;

namespace Koda.Server.Infrastructure.Http;

/// <summary>What the guarded client may ask, and for how long.</summary>
internal sealed record GuardedHttpOptions
{
    /// <summary>Hosts, names or addresses, that may be private. Metadata addresses stay refused.</summary>
    public IReadOnlyList<string> AllowedHosts { get; init; } = [];

    /// <summary>How long a request may take, its answer included.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>The largest answer. The longest model lists are a few megabytes.</summary>
    public int MaxBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>Finds the addresses of a name.</summary>
    public Func<string, CancellationToken, Task<IPAddress[]>> Resolve { get; init; } = Dns.GetHostAddressesAsync;
}
