using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Google.Protobuf.WellKnownTypes;

namespace Koda.Rpc.AspNetCore.Json.WellKnown;

/// <summary><c>google.protobuf.Value</c>: any JSON, its numbers as doubles.</summary>
internal sealed class ValueMessageCodec : ValueCodec<Value>
{
    public override string Expectation => "must be JSON whose numbers fit a 64-bit float";

    public override bool ReadsNull => true;

    public override void Write(Utf8JsonWriter writer, Value value)
    {
        switch (value.KindCase)
        {
            case Value.KindOneofCase.BoolValue:
                writer.WriteBooleanValue(value.BoolValue);
                break;
            case Value.KindOneofCase.NumberValue:
                writer.WriteNumberValue(value.NumberValue);
                break;
            case Value.KindOneofCase.StringValue:
                writer.WriteStringValue(value.StringValue);
                break;
            case Value.KindOneofCase.StructValue:
                StructCodec.WriteObject(writer, value.StructValue, this);
                break;
            case Value.KindOneofCase.ListValue:
                ListValueCodec.WriteArray(writer, value.ListValue, this);
                break;
            default:
                writer.WriteNullValue();
                break;
        }
    }

    public override bool TryRead(ref Utf8JsonReader reader, ReadContext context, [MaybeNullWhen(false)] out Value value)
    {
        value = null;
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject when StructCodec.TryReadObject(ref reader, context, this, out var fields):
                value = Value.ForStruct(fields);
                break;
            case JsonTokenType.StartArray when ListValueCodec.TryReadArray(ref reader, context, this, out var list):
                value = new Value { ListValue = list };
                break;
            case JsonTokenType.True or JsonTokenType.False:
                value = Value.ForBool(reader.GetBoolean());
                break;
            case JsonTokenType.Null:
                value = Value.ForNull();
                break;
            case JsonTokenType.Number when reader.TryGetDouble(out var number) && double.IsFinite(number):
                value = Value.ForNumber(number);
                break;
            case JsonTokenType.String when TextValue<string>.TryGetText(ref reader, out var text):
                value = Value.ForString(text);
                break;
            case JsonTokenType.Number or JsonTokenType.String:
                return Refuse(ref reader, context);
        }

        return value is not null;
    }
}
