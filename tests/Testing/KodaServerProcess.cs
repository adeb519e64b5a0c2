using System.Globalization;
using Koda.Client;

namespace Koda.Testing;

/// <summary><c>koda server</c> on a port that it keeps over restarts.</summary>
internal sealed class KodaServerProcess : KodaProcess
{
    private static readonly TimeSpan s_callTimeout = TimeSpan.FromSeconds(10);

    private KodaServerProcess(string folder, string name, Uri url, IReadOnlyDictionary<string, string> environment, TimeSpan lease)
        : base(
            folder, name, environment,
            ["server", "--data", Path.Combine(folder, name), "--listen", url.GetLeftPart(UriPartial.Authority),
                "--lease", ((int)lease.TotalSeconds).ToString(CultureInfo.InvariantCulture)])
    {
        Url = url;
        Files = new ServerFiles(Path.Combine(folder, name));
    }

    public Uri Url { get; }

    public ServerFiles Files { get; }

    /// <param name="folder">Takes the log and the server's data directory.</param>
    /// <param name="name">Names the server.</param>
    /// <param name="connectionString">Reaches the database.</param>
    /// <param name="masterKey">The key of stored secrets, the same for all servers on one database.</param>
    /// <param name="lease">How long a worker may be silent.</param>
    /// <param name="settings">More variables of its environment.</param>
    public static KodaServerProcess Create(
        string folder,
        string name,
        string connectionString,
        string masterKey,
        TimeSpan lease,
        params (string Variable, string Value)[] settings)
    {
        var environment = new Dictionary<string, string>(settings.Select(setting => KeyValuePair.Create(setting.Variable, setting.Value)))
        {
            ["KODA_DATABASE_URL"] = connectionString,
            ["KODA_MASTER_KEY"] = masterKey,
        };
        return new KodaServerProcess(folder, name, new Uri($"http://127.0.0.1:{FreePort.Next()}"), environment, lease);
    }

    /// <summary>Waits until the server takes work.</summary>
    public Task Ready() => Eventually.IsTrue(IsReady, TimeSpan.FromMinutes(2), () => $"{Name} is ready. {EndOfLog()}");

    private async Task<bool> IsReady()
    {
        await using var client = new KodaClient(new KodaClientOptions { Url = Url, MaxAttempts = 1, CallTimeout = s_callTimeout });
        try
        {
            return (await client.GetReadinessAsync()).Ready;
        }
        catch (KodaException)
        {
            return false;
        }
    }
}
