using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Koda.Server.Surfaces.Input;

/// <summary>JSON text as PostgreSQL can store it and as every reader of it can read it.</summary>
internal static class StorableJson
{
    /// <summary>How deep objects and lists may be nested, as in the body of a request.</summary>
    public const int MaxDepth = 64;

    // PostgreSQL keeps 131,072 digits before the point and 16,383 after it. Nobody means a number of a thousand.
    private const int MaxDigits = 1000;
    private const int EscapeLength = 6;

    // Readers disagree on which of two counts, and some refuse both: what is theirs to read has each name once.
    private static readonly JsonDocumentOptions s_namedOnce = new() { MaxDepth = MaxDepth, AllowDuplicateProperties = false };

    /// <summary>What is wrong with the text. Null: nothing.</summary>
    /// <param name="text">The JSON.</param>
    /// <param name="isFree">It is kept as it came, whatever its objects name twice, for nobody but people reads it.</param>
    public static string? Problem(string text, bool isFree = false)
    {
        if (text.Contains("\\u", StringComparison.Ordinal) && FindUnstorable(text, 0) >= 0)
            return "must hold no \\u0000 and no half of a surrogate pair";
        var length = Encoding.UTF8.GetByteCount(text);
        var rented = System.Buffers.ArrayPool<byte>.Shared.Rent(length);
        try
        {
            Encoding.UTF8.GetBytes(text, rented);
            return Read(rented.AsMemory(0, length), isFree);
        }
        catch (JsonException)
        {
            return $"must be JSON, nested at most {MaxDepth} deep";
        }
        finally
        {
            System.Buffers.ArrayPool<byte>.Shared.Return(rented);
        }
    }

    /// <summary>The text, the escapes of what cannot be stored replaced by that of the replacement character.</summary>
    public static string Mended(string text)
    {
        var at = FindUnstorable(text, 0);
        if (at < 0)
            return text;
        var mended = new StringBuilder(text);
        for (; at >= 0; at = FindUnstorable(text, at + EscapeLength))
            mended.Remove(at, EscapeLength).Insert(at, "\\ufffd");
        return mended.ToString();
    }

    private static string? Read(ReadOnlyMemory<byte> json, bool isFree)
    {
        var reader = new Utf8JsonReader(json.Span, new JsonReaderOptions { MaxDepth = MaxDepth });
        var names = 0;
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.Number && !IsStorable(reader.ValueSpan))
                return $"must hold no number of more than {MaxDigits} digits";
            if (reader.TokenType == JsonTokenType.PropertyName)
                names++;
        }
        return isFree || names < 2 || IsNamedOnce(json) ? null : "must hold no name twice in one object";
    }

    private static bool IsNamedOnce(ReadOnlyMemory<byte> json)
    {
        try
        {
            JsonDocument.Parse(json, s_namedOnce).Dispose();
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static bool IsStorable(ReadOnlySpan<byte> number)
    {
        var e = number.IndexOfAny((byte)'e', (byte)'E');
        if (e < 0)
            return number.Length <= MaxDigits;
        return int.TryParse(number[(e + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var exponent)
            && Math.Abs((long)exponent) + e <= MaxDigits;
    }

    /// <summary>Where the next escape of a NUL or of half of a surrogate pair begins; -1 when there is none.</summary>
    private static int FindUnstorable(string text, int start)
    {
        for (var at = text.IndexOf('\\', start); at >= 0 && at + 1 < text.Length; at = text.IndexOf('\\', at))
        {
            if (text[at + 1] != 'u')
            {
                at += 2;
                continue;
            }

            var unit = Unit(text, at);
            if (unit is null or 0 || char.IsLowSurrogate((char)unit))
                return unit is null ? -1 : at;
            if (char.IsHighSurrogate((char)unit))
            {
                if (Unit(text, at + EscapeLength) is not { } low || !char.IsLowSurrogate((char)low))
                    return at;
                at += EscapeLength;
            }
            at += EscapeLength;
        }

        return -1;
    }

    /// <summary>The code unit that the escape at the place stands for; null when there is no whole one.</summary>
    private static int? Unit(string text, int at) =>
        at + EscapeLength <= text.Length
        && text[at] == '\\'
        && text[at + 1] == 'u'
        && int.TryParse(text.AsSpan(at + 2, EscapeLength - 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var unit)
            ? unit
            : null;
}
