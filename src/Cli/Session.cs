using Koda.Cli.Lists;
using Koda.Cli.Terminal;
using Koda.Client;

namespace Koda.Cli;

/// <summary>One run of one command: where it writes, and the server that it speaks to.</summary>
internal sealed class Session(CliTerminal terminal, ListFormat format, string dataDirectory, string? url) : IAsyncDisposable
{
    // A person waits for the answer, so an absent server is reported within a second or so.
    private const int Attempts = 4;

    private KodaClient? _client;

    public CliTerminal Terminal => terminal;

    /// <summary>How a list is written.</summary>
    public ListFormat Format => format;

    public bool Json => format == ListFormat.Json;

    public ServerFiles Files { get; } = new(dataDirectory);

    public KodaClient Client => _client ??= new KodaClient(ClientOptions());

    public KodaClientOptions ClientOptions()
    {
        try
        {
            var options = KodaClientOptions.FromEnvironment(
                dataDirectory, name => name == "KODA_URL" && url is not null ? url : terminal.Environment(name));
            return options with { MaxAttempts = Attempts };
        }
        catch (FormatException e)
        {
            throw new CliException(e.Message, ExitCode.Usage, code: "cli.usage");
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_client is not null)
            await _client.DisposeAsync();
    }
}
