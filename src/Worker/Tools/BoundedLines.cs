using System.Text;

namespace Koda.Worker.Tools;

/// <summary>Reads lines of text and keeps only the beginning of long ones, so that no line costs much memory.</summary>
internal sealed class BoundedLines(Stream stream, int maxLength) : IDisposable
{
    private const string Cut = " … (line cut)";

    private readonly StreamReader _reader = new(stream, Encoding.UTF8, leaveOpen: true);
    private readonly char[] _buffer = new char[16 * 1024];
    private int _position;
    private int _length;

    /// <summary>The next line without its end; null when there is none.</summary>
    public async ValueTask<string?> Next(CancellationToken cancellationToken)
    {
        var line = new StringBuilder();
        var any = false;
        var cut = false;
        while (await Fill(cancellationToken))
        {
            any = true;
            var rest = _buffer.AsMemory(_position, _length - _position);
            var end = rest.Span.IndexOf('\n');
            var part = end < 0 ? rest : rest[..end];
            var room = Math.Min(part.Length, maxLength - line.Length);
            line.Append(part.Span[..room]);
            cut |= room < part.Length;
            _position += part.Length + (end < 0 ? 0 : 1);
            if (end >= 0)
                break;
        }
        if (!any)
            return null;
        if (line.Length > 0 && line[^1] == '\r')
            line.Length--;
        return cut ? line.Append(Cut).ToString() : line.ToString();
    }

    public void Dispose() => _reader.Dispose();

    private async ValueTask<bool> Fill(CancellationToken cancellationToken)
    {
        if (_position < _length)
            return true;
        _position = 0;
        _length = await _reader.ReadAsync(_buffer, cancellationToken);
        return _length > 0;
    }
}
