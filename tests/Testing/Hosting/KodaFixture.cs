using Xunit;

namespace Koda.Testing.Hosting;

/// <summary>A server for one test class, on a database of its own. It has no worker until a test starts one.</summary>
public class KodaFixture : IAsyncLifetime
{
    private readonly PostgresFixture _postgres = new();
    private KodaHost? _host;

    /// <summary>The server.</summary>
    public KodaHost Host => _host ?? throw new InvalidOperationException("The fixture is not initialized.");

    /// <summary>Reaches the server's database.</summary>
    public string ConnectionString => _postgres.ConnectionString;

    /// <inheritdoc/>
    public virtual async Task InitializeAsync()
    {
        await _postgres.InitializeAsync();
        _host = await KodaHost.Start(ConnectionString);
    }

    /// <inheritdoc/>
    public async Task DisposeAsync()
    {
        if (_host is not null)
            await _host.DisposeAsync();
        await _postgres.DisposeAsync();
    }
}
