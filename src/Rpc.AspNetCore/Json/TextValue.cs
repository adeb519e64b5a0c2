using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace Koda.Rpc.AspNetCore.Json;

/// <summary>The base of every kind that JSON spells as a string.</summary>
internal abstract class TextValue<T> : ValueCodec<T>
{
    public abstract override bool TryParse(string text, [MaybeNullWhen(false)] out T value);

    public override bool TryRead(ref Utf8JsonReader reader, ReadContext context, [MaybeNullWhen(false)] out T value)
    {
        value = default;
        if (reader.TokenType != JsonTokenType.String) return Refuse(ref reader, context);
        if (!TryGetText(ref reader, out var text))
        {
            context.Report("must be valid Unicode text");
            return false;
        }

        return TryParse(text, out value) || Refuse(ref reader, context);
    }

    /// <summary>The string or property name at the reader; false when its escapes are half of a surrogate pair.</summary>
    internal static bool TryGetText(ref Utf8JsonReader reader, [NotNullWhen(true)] out string? text)
    {
        try
        {
            text = reader.GetString()!;
            return true;
        }
        catch (InvalidOperationException)
        {
            text = null;
            return false;
        }
    }
}
