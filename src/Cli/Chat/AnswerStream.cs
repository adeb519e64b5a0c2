using Koda.Cli.Markdown;

namespace Koda.Cli.Chat;

/// <summary>The model's words as they come: whole blocks are written for good, the one that still grows is seen below them.</summary>
/// <param name="room">The chat.</param>
internal sealed class AnswerStream(ChatRoom room)
{
    // What is longer is no block that a person reads while it grows, and drawing it ten times a second would be felt.
    private const int LongestDrawn = 8000;

    private readonly MarkdownStream _stream = new();
    private bool _begun;
    private (string Source, int Width, IReadOnlyList<string> Rows) _seen = ("", 0, []);

    /// <summary>Whether anything was said since the last end.</summary>
    public bool IsOpen => _begun || _stream.Open.Length > 0;

    public void Say(string text) => Write(_stream.Append(text));

    /// <summary>What was said is whole.</summary>
    public void End()
    {
        Write(_stream.End());
        _begun = false;
    }

    /// <summary>The block that still grows, its last rows.</summary>
    public IReadOnlyList<string> Rows(int width, int height)
    {
        var open = _stream.Open;
        if (open.Length > LongestDrawn)
            open = open[^LongestDrawn..];
        if (_seen.Source != open || _seen.Width != width)
            _seen = (open, width, MarkdownText.Lines(open, width, room.Terminal.ColoursWanted));
        return [.. _seen.Rows.TakeLast(Math.Max(height, 1))];
    }

    private void Write(string blocks)
    {
        if (blocks.Trim().Length == 0)
            return;
        room.Line();
        _begun = true;
        room.Markdown(blocks.Trim('\n', '\r'));
    }
}
