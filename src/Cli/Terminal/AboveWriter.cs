using System.Text;

namespace Koda.Cli.Terminal;

/// <summary>Writes lines above a live area as they become whole.</summary>
internal sealed class AboveWriter(LiveArea area) : TextWriter
{
    private readonly StringBuilder _line = new();

    public override Encoding Encoding => Encoding.UTF8;

    public override void Write(char value) => Write(value.ToString());

    public override void Write(string? value)
    {
        var whole = "";
        lock (_line)
        {
            _line.Append(value);
            var text = _line.ToString();
            if (text.LastIndexOf('\n') is var end and >= 0)
            {
                whole = text[..(end + 1)];
                _line.Remove(0, whole.Length);
            }
        }
        if (whole.Length > 0)
            area.Above(whole);
    }

    public override void WriteLine(string? value) => Write(value + "\n");
}
