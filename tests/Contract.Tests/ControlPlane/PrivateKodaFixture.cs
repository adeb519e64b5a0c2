using Koda.Testing;
using Koda.Testing.Hosting;
using Xunit;

namespace Koda.Contract.Tests.ControlPlane;

/// <summary>A server that may ask providers on this machine, with a worker.</summary>
public sealed class PrivateKodaFixture : IAsyncLifetime
{
    private readonly PostgresFixture _postgres = new();
    private KodaHost? _host;

    /// <summary>The server.</summary>
    public KodaHost Host => _host ?? throw new InvalidOperationException("The fixture is not initialized.");

    /// <summary>Reaches the server's database.</summary>
    public string ConnectionString => _postgres.ConnectionString;

    /// <inheritdoc/>
    public async Task InitializeAsync()
    {
        await _postgres.InitializeAsync();
        _host = await KodaHost.Start(ConnectionString, options => options with { AllowedHosts = ["127.0.0.1"] });
        _host.StartWorker();
    }

    /// <inheritdoc/>
    public async Task DisposeAsync()
    {
        if (_host is not null)
            await _host.DisposeAsync();
        await _postgres.DisposeAsync();
    }
}
