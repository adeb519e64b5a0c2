using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Numerics;
using System.Text;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace Koda.Server.Http.Json;

/// <summary>Reads scalars from text.</summary>
internal static class ScalarTexts
{
    private const NumberStyles Scientific = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;

    public static bool Bool(ReadOnlySpan<byte> text, out bool value)
    {
        value = text.SequenceEqual("true"u8);
        return value || text.SequenceEqual("false"u8);
    }

    public static bool Text(ReadOnlySpan<byte> text, out string value)
    {
        value = Encoding.UTF8.GetString(text);
        return true;
    }

    /// <summary>Base64 in either alphabet, padded or not.</summary>
    public static bool Bytes(ReadOnlySpan<byte> text, [MaybeNullWhen(false)] out ByteString value)
    {
        value = null;
        var urlSafe = Encoding.UTF8.GetString(text).Replace('+', '-').Replace('/', '_');
        if (!Base64Url.IsValid(urlSafe))
            return false;
        value = UnsafeByteOperations.UnsafeWrap(Base64Url.DecodeFromChars(urlSafe));
        return true;
    }

    /// <summary>A whole number; 1e3 and 5.0 are some too.</summary>
    public static bool Integer<T>(ReadOnlySpan<byte> text, out T value) where T : struct, IBinaryInteger<T>, IMinMaxValue<T>
    {
        if (T.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value))
            return true;
        if (!decimal.TryParse(text, Scientific, CultureInfo.InvariantCulture, out var number) || !decimal.IsInteger(number)
            || number < decimal.CreateChecked(T.MinValue) || number > decimal.CreateChecked(T.MaxValue))
        {
            return false;
        }

        value = T.CreateChecked(number);
        return true;
    }

    /// <summary>A number within the range of the type, or one of the three names of what is not finite.</summary>
    public static bool Floating<T>(ReadOnlySpan<byte> text, out T value) where T : struct, IBinaryFloatingPointIeee754<T> =>
        T.TryParse(text, Scientific, CultureInfo.InvariantCulture, out value)
        && (T.IsFinite(value) || text.SequenceEqual("NaN"u8) || text.SequenceEqual("Infinity"u8) || text.SequenceEqual("-Infinity"u8));

    /// <summary>Field paths joined by commas, in proto names as everywhere in the JSON, or in camel case.</summary>
    public static bool Mask(ReadOnlySpan<byte> text, [MaybeNullWhen(false)] out FieldMask value)
    {
        value = new FieldMask();
        foreach (
            var path in Encoding.UTF8.GetString(text).Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (!path.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.'))
                return false;
            value.Paths.Add(string.Concat(path.Select(c => char.IsAsciiLetterUpper(c) ? $"_{char.ToLowerInvariant(c)}" : $"{c}")));
        }

        return true;
    }
}
