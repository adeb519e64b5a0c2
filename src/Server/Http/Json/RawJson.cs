using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Koda.Server.Http.Json;

/// <summary>
/// A string field that holds JSON text and travels as plain JSON, digit for digit: no number passes through a double. Only the white space
/// between tokens is dropped.
/// </summary>
internal sealed class RawJson : JsonConverter<string>
{
    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WriteRawValue(value);

    public override string Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
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
            while (reader.CurrentDepth > depth)
                ;
        }

        return Encoding.UTF8.GetString(compact.WrittenSpan);
    }

    private static void AppendSeparator(ArrayBufferWriter<byte> output, JsonTokenType before, JsonTokenType token)
    {
        if (before == JsonTokenType.PropertyName)
            output.Write(":"u8);
        else if (before is not (JsonTokenType.StartObject or JsonTokenType.StartArray)
            && token is not (JsonTokenType.EndObject or JsonTokenType.EndArray))
        {
            output.Write(","u8);
        }
    }

    private static void AppendToken(ArrayBufferWriter<byte> output, ref Utf8JsonReader reader)
    {
        var quoted = reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName;
        if (quoted)
            output.Write("\""u8);
        output.Write(reader.ValueSpan);
        if (quoted)
            output.Write("\""u8);
    }
}
