using System.Collections.Concurrent;
using Koda.Cli.Terminal;
using Koda.Client;

namespace Koda.Cli.Tests.Chat;

/// <summary>A person in a chat, who sees the screen, types lines and presses Ctrl-C.</summary>
internal sealed class ChatPerson : IAsyncDisposable
{
    private readonly BlockingCollection<string> _lines = [];
    private readonly Screen _screen = new();
    private readonly LocalKoda _koda;
    private readonly Task<int> _chat;
    private volatile Action _pressed = () => { };

    public ChatPerson(LocalKoda koda, params string[] args)
        : this(koda, server: null, args)
    {
    }

    /// <param name="koda">The server and its files.</param>
    /// <param name="server">Where the chat finds it. Null: as the files say.</param>
    /// <param name="args">The command line.</param>
    public ChatPerson(LocalKoda koda, Uri? server, params string[] args)
    {
        _koda = koda;
        var terminal = new CliTerminal
        {
            In = new Keyboard(_lines),
            Out = TextWriter.Null,
            Error = TextWriter.Synchronized(_screen),
            Environment = name => name == "KODA_URL" ? server?.ToString() : null,
            OnInterrupt = pressed =>
            {
                var before = _pressed;
                _pressed = pressed;
                return new Restored(() => _pressed = before);
            },
        };
        _chat = KodaCommand.Run([.. args, "--data", koda.Data], terminal);
    }

    public void Types(string line) => _lines.Add(line);

    public void PressesInterrupt() => _pressed();

    public Task Sees(string text, int count = 1) => _screen.Until(text, count);

    /// <summary>All that stood on the screen.</summary>
    public string Seen => _screen.ToString();

    /// <summary>The newest session.</summary>
    public async Task<string> Session()
    {
        await using var client = new KodaClient(KodaClientOptions.FromEnvironment(_koda.Data, _ => null));
        return (await client.Sessions.ListAsync("").FirstAsync()).Id;
    }

    /// <summary>Waits until the newest session's turn is as wanted.</summary>
    public async Task SeesSession(Func<Code.TurnStatus, bool> wanted)
    {
        await using var client = new KodaClient(KodaClientOptions.FromEnvironment(_koda.Data, _ => null));
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (!await IsThere()) await Task.Delay(20, patience.Token);

        async Task<bool> IsThere() =>
            (await client.Sessions.ListAsync("", patience.Token).FirstAsync(patience.Token)).Turn is { } turn && wanted(turn);
    }

    public Task<int> Leaves() => _chat.WaitAsync(TimeSpan.FromMinutes(1));

    public async ValueTask DisposeAsync()
    {
        _lines.CompleteAdding();
        await ((Task)_chat).WaitAsync(TimeSpan.FromMinutes(1)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private sealed class Keyboard(BlockingCollection<string> lines) : TextReader
    {
        public override string? ReadLine() => lines.TryTake(out var line, Timeout.Infinite) ? line : null;
    }

    private sealed class Restored(Action restore) : IDisposable
    {
        public void Dispose() => restore();
    }

    private sealed class Screen : StringWriter
    {
        private readonly SemaphoreSlim _written = new(0);

        public override void Write(char value)
        {
            lock (_written)
                base.Write(value);
            _written.Release();
        }

        public override void Write(string? value)
        {
            lock (_written)
                base.Write(value);
            _written.Release();
        }

        public override void WriteLine(string? value) => Write(value + "\n");

        public async Task Until(string text, int count)
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
            while (Count(text) < count)
                await _written.WaitAsync(patience.Token);
        }

        public override string ToString()
        {
            lock (_written)
                return base.ToString();
        }

        private int Count(string text)
        {
            var shown = ToString();
            var count = 0;
            for (
                var at = shown.IndexOf(text, StringComparison.Ordinal);
                at >= 0;
                at = shown.IndexOf(text, at + 1, StringComparison.Ordinal))
                count++;
            return count;
        }
    }
}
