namespace Koda.Cli.Chat;

/// <summary>Shows what happens in a turn as it happens.</summary>
internal interface ITurnView
{
    void Show(Code.SessionEvent item);

    /// <summary>Says something that is no event.</summary>
    void Note(string text);

    /// <summary>What is written next begins a line.</summary>
    void EndLine();
}
