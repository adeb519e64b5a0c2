using Koda.Cli.Terminal;

namespace Koda.Cli.Tests.Terminal;

/// <summary>A keyboard that presses what a test says. Keys of one burst come at once, as they do when text is pasted.</summary>
internal sealed class TypedKeys : IKeys
{
    private readonly Lock _gate = new();
    private readonly Queue<Queue<ConsoleKeyInfo>> _bursts = new();

    public int Width { get; init; } = 40;

    public int Height => 24;

    public bool Waiting
    {
        get
        {
            lock (_gate)
            {
                if (!_bursts.TryPeek(out var burst))
                    return false;
                if (burst.Count > 0)
                    return true;
                _bursts.Dequeue();
                return false;
            }
        }
    }

    public ConsoleKeyInfo Read()
    {
        lock (_gate)
        {
            while (_bursts.Peek().Count == 0)
                _bursts.Dequeue();
            return _bursts.Peek().Dequeue();
        }
    }

    /// <summary>Types characters one after the other.</summary>
    public TypedKeys Types(string text)
    {
        foreach (var letter in text)
            Burst([Key(letter)]);
        return this;
    }

    public TypedKeys Pastes(string text) => Burst(text.Select(Key));

    public TypedKeys Presses(ConsoleKey key, ConsoleModifiers modifiers = ConsoleModifiers.None) =>
        Burst([
            new ConsoleKeyInfo(
                key is ConsoleKey.Enter ? '\r' : '\0',
                key,
                false,
                modifiers.HasFlag(ConsoleModifiers.Alt),
                modifiers.HasFlag(ConsoleModifiers.Control)),
        ]);

    private TypedKeys Burst(IEnumerable<ConsoleKeyInfo> keys)
    {
        lock (_gate)
            _bursts.Enqueue(new Queue<ConsoleKeyInfo>(keys));
        return this;
    }

    private static ConsoleKeyInfo Key(char letter) => new(letter, letter == '\n' ? ConsoleKey.Enter : ConsoleKey.None, false, false, false);
}
