using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json;

namespace Koda.Server.Http.Json;

/// <summary>Whole numbers of every width, written as JSON numbers and exact beyond 2^53.</summary>
internal sealed class IntegerJson<T> : ScalarJson<T> where T : struct, IBinaryInteger<T>, IMinMaxValue<T>
{
    public override string Expectation { get; } =
        string.Create(CultureInfo.InvariantCulture, $"must be a whole number from {T.MinValue} to {T.MaxValue}");

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options)
    {
        if (typeof(T) == typeof(ulong))
            writer.WriteNumberValue(ulong.CreateTruncating(value));
        else
            writer.WriteNumberValue(long.CreateTruncating(value));
    }

    protected override bool TryRead(ref Utf8JsonReader reader, out T value)
    {
        value = default;
        return reader.TokenType is JsonTokenType.Number or JsonTokenType.String && TryParse(reader.ValueSpan, out value);
    }

    protected override bool TryParse(string text, out T value) => TryParse(Encoding.UTF8.GetBytes(text), out value);

    private static bool TryParse(ReadOnlySpan<byte> digits, out T value)
    {
        if (T.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value))
            return true;

        // 1e3 and 5.0 are whole numbers too.
        const NumberStyles Scientific = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        if (!decimal.TryParse(digits, Scientific, CultureInfo.InvariantCulture, out var number)
            || !decimal.IsInteger(number)
            || number < decimal.CreateChecked(T.MinValue)
            || number > decimal.CreateChecked(T.MaxValue))
        {
            return false;
        }

        value = T.CreateChecked(number);
        return true;
    }
}
