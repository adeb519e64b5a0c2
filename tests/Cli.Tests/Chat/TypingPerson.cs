using Koda.Cli.Terminal;
using Koda.Cli.Tests.Terminal;
using Koda.Testing;

namespace Koda.Cli.Tests.Chat;

/// <summary>A person in a chat at a screen, who presses keys and sees what the screen shows.</summary>
internal sealed class TypingPerson : IAsyncDisposable
{
    private readonly TestScreen _screen = new(100);
    private readonly Task<int> _chat;
    private volatile Action _pressed = () => { };

    public TypingPerson(LocalKoda koda, params string[] args)
    {
        var terminal = new CliTerminal
        {
            In = TextReader.Null,
            Out = TextWriter.Null,
            Error = _screen,
            ErrorIsScreen = true,
            Environment = name => name == "NO_COLOR" ? "1" : null,
            Keys = Keys,
            OnInterrupt = pressed =>
            {
                _pressed = pressed;
                return new MemoryStream();
            },
        };
        _chat = KodaCommand.Run([.. args, "--data", koda.Data], terminal);
    }

    public TypedKeys Keys { get; } = new() { Width = 100 };

    public string Seen => _screen.Shown;

    /// <summary>Types a line and ends it.</summary>
    public void Says(string line) => Keys.Types(line).Presses(ConsoleKey.Enter);

    public void PressesInterrupt() => _pressed();

    public Task Sees(string text) => Sees(seen => seen.Contains(text, StringComparison.Ordinal), text);

    public Task Sees(Func<string, bool> wanted, string what) =>
        Eventually.IsTrue(() => Task.FromResult(wanted(Seen)), TimeSpan.FromMinutes(1), () => $"{what} is seen on\n{Seen}");

    public Task<int> Leaves() => _chat.WaitAsync(TimeSpan.FromMinutes(1));

    public async ValueTask DisposeAsync()
    {
        Keys.Presses(ConsoleKey.U, ConsoleModifiers.Control).Presses(ConsoleKey.D, ConsoleModifiers.Control);
        await ((Task)_chat).WaitAsync(TimeSpan.FromMinutes(1)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
