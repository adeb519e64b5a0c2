namespace Koda.Cli.Terminal;

/// <summary>The keys that a person presses.</summary>
internal interface IKeys
{
    /// <summary>Whether one is pressed already.</summary>
    bool Waiting { get; }

    /// <summary>How many characters stand in a row of the screen.</summary>
    int Width { get; }

    /// <summary>How many rows the screen has.</summary>
    int Height { get; }

    ConsoleKeyInfo Read();
}

/// <summary>The keys of this process's terminal.</summary>
internal sealed class ConsoleKeys : IKeys
{
    private const int UsualWidth = 80;
    private const int UsualHeight = 24;

    public bool Waiting => Console.KeyAvailable;

    public int Width => Console.WindowWidth > 0 ? Console.WindowWidth : UsualWidth;

    public int Height => Console.WindowHeight > 0 ? Console.WindowHeight : UsualHeight;

    public ConsoleKeyInfo Read() => Console.ReadKey(intercept: true);
}
