using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Koda.Server.Http;

/// <summary>The shutdown as calls see it: it begins, and after the drain time the calls that are left are cancelled.</summary>
internal sealed class CallDrain : IDisposable
{
    private readonly CancellationTokenSource _expired = new();
    private readonly CancellationTokenRegistration _registration;

    public CallDrain(IHostApplicationLifetime lifetime, IOptions<RpcOptions> options)
    {
        Begun = lifetime.ApplicationStopping;
        Expired = _expired.Token;
        _registration = Begun.Register(() => _expired.CancelAfter(options.Value.DrainTimeout));
    }

    /// <summary>Fires when the server begins to shut down.</summary>
    public CancellationToken Begun { get; }

    /// <summary>Fires when the drain time is over.</summary>
    public CancellationToken Expired { get; }

    public void Dispose()
    {
        _registration.Dispose();
        _expired.Dispose();
    }
}
