using System.Globalization;
using System.Text;

namespace Koda.Cli.Terminal;

/// <summary>
/// A text while it is typed, with the place where the next character goes. It moves by what a person sees as one character.
/// </summary>
internal sealed class EditedText
{
    private readonly StringBuilder _text = new();

    public int Cursor { get; private set; }

    public int Length => _text.Length;

    public override string ToString() => _text.ToString();

    public void Insert(string text)
    {
        _text.Insert(Cursor, text);
        Cursor += text.Length;
    }

    public void Replace(string text)
    {
        _text.Clear().Append(text);
        Cursor = text.Length;
    }

    /// <summary>Puts a text in the place of what stands between a place and the cursor.</summary>
    public void ReplaceBefore(int start, string text)
    {
        Cut(start, Cursor);
        Insert(text);
    }

    public void Left() => Cursor = Before(Cursor);

    public void Right() => Cursor += Cursor < Length ? StringInfo.GetNextTextElementLength(ToString(), Cursor) : 0;

    public void Home() => Cursor = LineStart;

    public void End() => Cursor = LineEnd;

    public void WordLeft() => Cursor = WordStart;

    public void WordRight()
    {
        while (Cursor < Length && !char.IsLetterOrDigit(_text[Cursor]))
            Cursor++;
        while (Cursor < Length && char.IsLetterOrDigit(_text[Cursor]))
            Cursor++;
    }

    /// <summary>Goes to the line above. False: there is none.</summary>
    public bool Up()
    {
        if (LineStart == 0)
            return false;
        var column = Cursor - LineStart;
        Cursor = LineStart - 1;
        Cursor = Math.Min(LineStart + column, LineEnd);
        return true;
    }

    /// <summary>Goes to the line below. False: there is none.</summary>
    public bool Down()
    {
        if (LineEnd == Length)
            return false;
        var column = Cursor - LineStart;
        Cursor = LineEnd + 1;
        Cursor = Math.Min(LineStart + column, LineEnd);
        return true;
    }

    public void Backspace() => Cut(Before(Cursor), Cursor);

    public void Delete()
    {
        var from = Cursor;
        Right();
        Cut(from, Cursor);
    }

    public void CutToStart() => Cut(LineStart, Cursor);

    public void CutToEnd() => Cut(Cursor, LineEnd);

    public void CutWord() => Cut(WordStart, Cursor);

    private int LineStart
    {
        get
        {
            var at = Cursor;
            while (at > 0 && _text[at - 1] != '\n')
                at--;
            return at;
        }
    }

    private int LineEnd
    {
        get
        {
            var at = Cursor;
            while (at < Length && _text[at] != '\n')
                at++;
            return at;
        }
    }

    private int WordStart
    {
        get
        {
            var at = Cursor;
            while (at > 0 && !char.IsLetterOrDigit(_text[at - 1]))
                at--;
            while (at > 0 && char.IsLetterOrDigit(_text[at - 1]))
                at--;
            return at;
        }
    }

    private int Before(int place)
    {
        var starts = StringInfo.ParseCombiningCharacters(ToString()[..place]);
        return starts.Length == 0 ? 0 : starts[^1];
    }

    private void Cut(int from, int to)
    {
        _text.Remove(from, to - from);
        Cursor = from;
    }
}
