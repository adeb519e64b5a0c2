using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json;

namespace Koda.Server.Http.Json;

/// <summary>Floating-point numbers. JSON has no spelling for the three that are not finite, so these are strings.</summary>
internal sealed class FloatingJson<T> : ScalarJson<T> where T : struct, IBinaryFloatingPointIeee754<T>
{
    public override string Expectation => typeof(T) == typeof(float)
        ? "must be a number within the range of a 32-bit float"
        : "must be a number within the range of a 64-bit float";

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options)
    {
        if (!T.IsFinite(value))
            writer.WriteStringValue(T.IsNaN(value) ? "NaN" : T.IsPositive(value) ? "Infinity" : "-Infinity");
        else if (typeof(T) == typeof(float))
            writer.WriteNumberValue(float.CreateTruncating(value));
        else
            writer.WriteNumberValue(double.CreateTruncating(value));
    }

    protected override bool TryRead(ref Utf8JsonReader reader, out T value)
    {
        value = default;
        return reader.TokenType switch
        {
            JsonTokenType.Number when TryParseFinite(reader.ValueSpan, out value) => true,
            JsonTokenType.String when TryParse(Encoding.UTF8.GetString(reader.ValueSpan), out value) => true,
            _ => false,
        };
    }

    protected override bool TryParse(string text, out T value)
    {
        (var known, value) = text switch
        {
            "NaN" => (true, T.NaN),
            "Infinity" => (true, T.PositiveInfinity),
            "-Infinity" => (true, T.NegativeInfinity),
            _ => (false, T.Zero),
        };
        return known || TryParseFinite(Encoding.UTF8.GetBytes(text), out value);
    }

    private static bool TryParseFinite(ReadOnlySpan<byte> digits, out T value)
    {
        const NumberStyles Styles = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        return T.TryParse(digits, Styles, CultureInfo.InvariantCulture, out value) && T.IsFinite(value);
    }
}
