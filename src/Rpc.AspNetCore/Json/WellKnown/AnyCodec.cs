using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace Koda.Rpc.AspNetCore.Json.WellKnown;

/// <summary>The packed message's JSON with an <c>@type</c> beside its fields (or beside <c>value</c>, when that JSON is no object).</summary>
internal sealed class AnyCodec(Func<string, IMessageCodec?> find) : ValueCodec<Any>
{
    public override string Expectation => "must be an object with the @type of a known message";

    public override void Write(Utf8JsonWriter writer, Any value)
    {
        writer.WriteStartObject();
        writer.WriteString("@type"u8, value.TypeUrl);
        if (find(value.TypeUrl) is not { } codec) writer.WriteBase64String("value"u8, value.Value.Span);
        else if (codec.IsPlainObject) codec.WriteFields(writer, codec.Parse(value.Value));
        else
        {
            writer.WritePropertyName("value"u8);
            codec.WriteMessage(writer, codec.Parse(value.Value));
        }

        writer.WriteEndObject();
    }

    public override bool TryRead(ref Utf8JsonReader reader, ReadContext context, [MaybeNullWhen(false)] out Any value)
    {
        value = null;
        if (reader.TokenType != JsonTokenType.StartObject
            || FindType(reader) is not { } type
            || find(type) is not { } codec)
        {
            return Refuse(ref reader, context);
        }

        var message = codec.IsPlainObject
            ? codec.TryReadFields(ref reader, context, out var fields) ? fields : null
            : ReadValue(ref reader, context, codec);
        if (message is not null) value = new Any { TypeUrl = type, Value = message.ToByteString() };
        return message is not null;
    }

    private static IMessage? ReadValue(ref Utf8JsonReader reader, ReadContext context, IMessageCodec codec)
    {
        IMessage? message = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isValue = reader.ValueTextEquals("value"u8);
            var isType = reader.ValueTextEquals("@type"u8);
            reader.Read();
            if (isValue) codec.TryReadMessage(ref reader, context, out message);
            else if (isType) reader.Skip();
            else
            {
                context.Report("must hold nothing but @type and value");
                reader.Skip();
            }
        }

        if (message is null && !context.HasIssues) context.Report("must have a value");
        return message;
    }

    /// <summary>Looks ahead: <c>@type</c> may stand anywhere in the object.</summary>
    private static string? FindType(Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var found = reader.ValueTextEquals("@type"u8);
            reader.Read();
            var isText = reader.TokenType == JsonTokenType.String;
            if (found) return isText && TextValue<string>.TryGetText(ref reader, out var type) ? type : null;
            reader.Skip();
        }

        return null;
    }
}
