using System.Text.Json;

namespace Koda.Rpc.AspNetCore.Json;

internal sealed class BoolCodec : ValueCodec<bool>
{
    public override string Expectation => "must be true or false";

    public override void Write(Utf8JsonWriter writer, bool value) => writer.WriteBooleanValue(value);

    public override bool TryRead(ref Utf8JsonReader reader, ReadContext context, out bool value)
    {
        value = reader.TokenType == JsonTokenType.True;
        return value || reader.TokenType == JsonTokenType.False || Refuse(ref reader, context);
    }

    public override bool TryParse(string text, out bool value)
    {
        value = text == "true";
        return value || text == "false";
    }
}
