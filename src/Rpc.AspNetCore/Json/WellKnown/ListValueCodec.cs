using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Google.Protobuf.WellKnownTypes;

namespace Koda.Rpc.AspNetCore.Json.WellKnown;

internal sealed class ListValueCodec(ValueMessageCodec values) : ValueCodec<ListValue>
{
    public override string Expectation => "must be a list";

    public override void Write(Utf8JsonWriter writer, ListValue value) => WriteArray(writer, value, values);

    public override bool TryRead(ref Utf8JsonReader reader, ReadContext context, [MaybeNullWhen(false)] out ListValue value)
    {
        value = null;
        return reader.TokenType == JsonTokenType.StartArray
            ? TryReadArray(ref reader, context, values, out value)
            : Refuse(ref reader, context);
    }

    public static void WriteArray(Utf8JsonWriter writer, ListValue value, ValueMessageCodec values)
    {
        writer.WriteStartArray();
        foreach (var item in value.Values) values.Write(writer, item);
        writer.WriteEndArray();
    }

    public static bool TryReadArray(
        ref Utf8JsonReader reader, ReadContext context, ValueMessageCodec values, [MaybeNullWhen(false)] out ListValue value)
    {
        var good = true;
        value = new ListValue();
        for (var index = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; index++)
        {
            context.Enter(index);
            if (values.TryRead(ref reader, context, out var item)) value.Values.Add(item);
            else good = false;
            context.Leave();
        }

        return good;
    }
}
