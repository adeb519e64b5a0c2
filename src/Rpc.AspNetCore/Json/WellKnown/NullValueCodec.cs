using System.Text.Json;
using Google.Protobuf.WellKnownTypes;

namespace Koda.Rpc.AspNetCore.Json.WellKnown;

internal sealed class NullValueCodec : ValueCodec<NullValue>
{
    public override string Expectation => "must be null";

    public override bool ReadsNull => true;

    public override void Write(Utf8JsonWriter writer, NullValue value) => writer.WriteNullValue();

    public override bool TryRead(ref Utf8JsonReader reader, ReadContext context, out NullValue value)
    {
        value = NullValue.NullValue;
        return reader.TokenType == JsonTokenType.Null || Refuse(ref reader, context);
    }
}
