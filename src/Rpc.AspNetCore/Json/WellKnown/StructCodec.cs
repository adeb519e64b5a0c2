using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Google.Protobuf.WellKnownTypes;

namespace Koda.Rpc.AspNetCore.Json.WellKnown;

internal sealed class StructCodec(ValueMessageCodec values) : ValueCodec<Struct>
{
    public override string Expectation => "must be an object";

    public override void Write(Utf8JsonWriter writer, Struct value) => WriteObject(writer, value, values);

    public override bool TryRead(ref Utf8JsonReader reader, ReadContext context, [MaybeNullWhen(false)] out Struct value)
    {
        value = null;
        return reader.TokenType == JsonTokenType.StartObject
            ? TryReadObject(ref reader, context, values, out value)
            : Refuse(ref reader, context);
    }

    public static void WriteObject(Utf8JsonWriter writer, Struct value, ValueMessageCodec values)
    {
        writer.WriteStartObject();
        foreach (var (name, field) in value.Fields)
        {
            writer.WritePropertyName(name);
            values.Write(writer, field);
        }

        writer.WriteEndObject();
    }

    public static bool TryReadObject(
        ref Utf8JsonReader reader, ReadContext context, ValueMessageCodec values, [MaybeNullWhen(false)] out Struct value)
    {
        var good = true;
        value = new Struct();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var hasName = TextValue<string>.TryGetText(ref reader, out var name);
            reader.Read();
            context.Enter(name ?? "?");
            if (!hasName || value.Fields.ContainsKey(name!))
            {
                context.Report(hasName ? "is given twice" : "must have a name of valid Unicode text");
                reader.Skip();
                good = false;
            }
            else if (values.TryRead(ref reader, context, out var field)) value.Fields.Add(name!, field);
            else good = false;
            context.Leave();
        }

        return good;
    }
}
