using System.Buffers;
using System.Text;
using System.Text.RegularExpressions;

namespace Koda.Worker.Tools;

/// <summary>Searches the text files of a directory line by line.</summary>
/// <param name="context">What the call works with: files that may not be read are left out.</param>
/// <param name="pattern">What a line must hold.</param>
/// <param name="glob">What the path of a file must match. Null: any.</param>
internal sealed class TextSearch(ToolContext context, Regex pattern, string? glob)
{
    private const int MaxFileBytes = 5 * 1024 * 1024;
    private const int MaxLineLength = 400;
    private const int LengthBefore = 80;
    private const string Cut = " … (line cut)";

    private readonly GlobFilter? _glob = glob is null ? null : GlobFilter.Of(glob, context.Workspace);
    private readonly FileWalk _walk = new(context.Workspace, ignored: false);

    /// <summary>What was passed over so far.</summary>
    public PassedOver Passed => _walk.Passed;

    /// <summary>The matching lines below a file or directory.</summary>
    /// <param name="start">The real path.</param>
    /// <param name="cancellationToken">Cuts the search off.</param>
    public IEnumerable<FoundLine> Matches(string start, CancellationToken cancellationToken)
    {
        foreach (var file in _walk.Files(start).Where(file => file.IsFile))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var shown = context.Workspace.Shown(file.Path);
            if (_glob?.Matches(shown) == false || !context.MayRead(shown) || Text(file, shown) is not { } text)
                continue;
            foreach (var match in In(shown, text))
                yield return match;
        }
    }

    /// <summary>
    /// A regular expression as the tools take it: it takes time in proportion to the text, unless it looks around or back.
    /// </summary>
    /// <exception cref="ToolException">The expression is not valid.</exception>
    public static Regex Compile(string pattern, bool ignoreCase)
    {
        var options = RegexOptions.CultureInvariant | (ignoreCase ? RegexOptions.IgnoreCase : RegexOptions.None);
        try
        {
            return new Regex(pattern, options | RegexOptions.NonBacktracking);
        }
        catch (NotSupportedException)
        {
            return new Regex(pattern, options, TimeSpan.FromSeconds(1));
        }
        catch (RegexParseException error)
        {
            throw new ToolException($"'{pattern}' is not a valid regular expression: {error.Message}");
        }
    }

    // Null: the file holds no text, or cannot be read.
    private string? Text(WalkedFile file, string shown)
    {
        if (file.Facts.Length > MaxFileBytes)
        {
            Passed.Add(shown, $"it has {file.Facts.Length} bytes; files above {MaxFileBytes} are not searched");
            return null;
        }
        var bytes = ArrayPool<byte>.Shared.Rent(MaxFileBytes);
        try
        {
            using var stream = file.Open();
            var read = bytes.AsSpan(0, stream.ReadAtLeast(bytes.AsSpan(0, MaxFileBytes), MaxFileBytes, throwOnEndOfStream: false));
            return read switch
            {
                [0xFF, 0xFE, .. var rest] => Encoding.Unicode.GetString(rest),
                [0xFE, 0xFF, .. var rest] => Encoding.BigEndianUnicode.GetString(rest),
                _ when read.Contains((byte)0) => null,
                [0xEF, 0xBB, 0xBF, .. var rest] => Encoding.UTF8.GetString(rest),
                _ => Encoding.UTF8.GetString(read),
            };
        }
        catch (Exception error) when (error is ToolException or IOException or UnauthorizedAccessException)
        {
            Passed.Add(shown, "it cannot be read");
            return null;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    private IEnumerable<FoundLine> In(string shown, string text)
    {
        var number = 0;
        for (var at = 0; at < text.Length;)
        {
            number++;
            var end = text.IndexOf('\n', at);
            var next = end < 0 ? text.Length : end + 1;
            end = end < 0 ? text.Length : end;
            end -= end > at && text[end - 1] == '\r' ? 1 : 0;
            if (IsMatch(shown, text.AsSpan(at, end - at)))
                yield return new FoundLine(shown, number, Cutout(text[at..end]));
            at = next;
        }
    }

    private bool IsMatch(string shown, ReadOnlySpan<char> line)
    {
        try
        {
            return pattern.IsMatch(line);
        }
        catch (RegexMatchTimeoutException)
        {
            throw new ToolException($"The search took too long in '{shown}': make the pattern simpler.");
        }
    }

    // Of a long line, what was found is shown.
    private string Cutout(string line)
    {
        if (line.Length <= MaxLineLength)
            return line;
        var found = pattern.Match(line);
        if (found.Index + Math.Min(found.Length, LengthBefore) <= MaxLineLength)
            return line[..MaxLineLength] + Cut;
        var from = found.Index - LengthBefore;
        return $"… {line.AsSpan(from, Math.Min(MaxLineLength, line.Length - from))}{Cut}";
    }
}

/// <summary>A line that a search found.</summary>
/// <param name="Path">The file, as it is shown.</param>
/// <param name="Number">The number of the line, from 1.</param>
/// <param name="Text">The line, or the part of a long one in which something was found.</param>
internal readonly record struct FoundLine(string Path, int Number, string Text);
