using System.Runtime.CompilerServices;
using System.Text.Json;
using Google.Protobuf.Reflection;

namespace Koda.Server.Http.Json;

internal sealed class EnumJson<T> : ScalarJson<T> where T : struct, Enum
{
    private readonly Dictionary<int, JsonEncodedText> _spellings = [];
    private readonly Dictionary<string, int> _values = new(StringComparer.Ordinal);

    public EnumJson(EnumDescriptor descriptor)
    {
        Expectation = "must be one of " + string.Join(", ", EnumNames.Choices(descriptor));
        foreach (var value in descriptor.Values)
        {
            _spellings.TryAdd(value.Number, JsonEncodedText.Encode(EnumNames.Json(value)));
            _values.TryAdd(EnumNames.Json(value), value.Number);
            _values.TryAdd(value.Name, value.Number);
        }
    }

    public override string Expectation { get; }

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options)
    {
        var number = Unsafe.BitCast<T, int>(value);
        if (_spellings.TryGetValue(number, out var spelling))
            writer.WriteStringValue(spelling);
        else
            writer.WriteNumberValue(number);
    }

    protected override bool TryRead(ref Utf8JsonReader reader, out T value)
    {
        value = default;
        if (reader.TokenType == JsonTokenType.Number)
        {
            var known = reader.TryGetInt32(out var number) && _spellings.ContainsKey(number);
            value = Unsafe.BitCast<int, T>(number);
            return known;
        }

        return reader.TokenType == JsonTokenType.String && TryGetText(ref reader, out var text) && TryParse(text, out value);
    }

    protected override bool TryParse(string text, out T value)
    {
        var known = _values.TryGetValue(text, out var number);
        value = Unsafe.BitCast<int, T>(number);
        return known;
    }
}
