using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;

namespace Koda.Rpc.AspNetCore.Json;

/// <summary>
/// A string field that holds JSON text and travels as plain JSON, digit for digit: no number passes through a double. Only the white space
/// between tokens is dropped.
/// </summary>
internal sealed class RawJsonCodec : ValueCodec<string>
{
    public override string Expectation => "must be JSON";

    public override bool IsAbsent(string value) => value.Length == 0;

    public override void Write(Utf8JsonWriter writer, string value)
    {
        // As a list element or map value there is no way to leave an empty text out.
        if (value.Length == 0) writer.WriteNullValue();
        else writer.WriteRawValue(value);
    }

    public override bool TryRead(ref Utf8JsonReader reader, ReadContext context, [MaybeNullWhen(false)] out string value)
    {
        var compact = new ArrayBufferWriter<byte>();
        AppendToken(compact, ref reader);
        if (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
        {
            var depth = reader.CurrentDepth;
            do
            {
                var before = reader.TokenType;
                reader.Read();
                AppendSeparator(compact, before, reader.TokenType);
                AppendToken(compact, ref reader);
            }
            while (reader.CurrentDepth > depth);
        }

        value = Encoding.UTF8.GetString(compact.WrittenSpan);
        return true;
    }

    public override bool TryParse(string text, out string value)
    {
        value = JsonEncodedText.Encode(text).ToString();
        value = $"\"{value}\"";
        return true;
    }

    private static void AppendSeparator(ArrayBufferWriter<byte> output, JsonTokenType before, JsonTokenType token)
    {
        if (before == JsonTokenType.PropertyName) output.Write(":"u8);
        else if (before is not (JsonTokenType.StartObject or JsonTokenType.StartArray)
            && token is not (JsonTokenType.EndObject or JsonTokenType.EndArray))
        {
            output.Write(","u8);
        }
    }

    private static void AppendToken(ArrayBufferWriter<byte> output, ref Utf8JsonReader reader)
    {
        var quoted = reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName;
        if (quoted) output.Write("\""u8);
        output.Write(reader.ValueSpan);
        if (quoted) output.Write("\""u8);
    }
}
