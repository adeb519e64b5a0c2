using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Google.Protobuf.Reflection;

namespace Koda.Server.Http.Json;

/// <summary>
/// Enum values by their spelling, as <see cref="EnumNames"/> has it. They are read by their names in the contract and their numbers too.
/// </summary>
internal static class EnumJson
{
    public static ScalarJson<T> Of<T>(EnumDescriptor type) where T : struct, Enum
    {
        var spellings = new Dictionary<int, JsonEncodedText>();
        var values = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var value in type.Values)
        {
            spellings.TryAdd(value.Number, JsonEncodedText.Encode(EnumNames.Json(value)));
            values.TryAdd(EnumNames.Json(value), value.Number);
            values.TryAdd(value.Name, value.Number);
            values.TryAdd(value.Number.ToString(CultureInfo.InvariantCulture), value.Number);
        }

        return new ScalarJson<T>(
            "must be one of " + string.Join(", ", EnumNames.Choices(type)), TryParse, Write, JsonTokenType.String, JsonTokenType.Number);

        bool TryParse(ReadOnlySpan<byte> text, out T value)
        {
            var isKnown = values.TryGetValue(Encoding.UTF8.GetString(text), out var number);
            value = Unsafe.BitCast<int, T>(number);
            return isKnown;
        }

        void Write(Utf8JsonWriter writer, T value)
        {
            var number = Unsafe.BitCast<T, int>(value);
            if (spellings.TryGetValue(number, out var spelling))
                writer.WriteStringValue(spelling);
            else
                writer.WriteNumberValue(number);
        }
    }
}
