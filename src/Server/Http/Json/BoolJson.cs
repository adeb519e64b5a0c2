using System.Text.Json;

namespace Koda.Server.Http.Json;

internal sealed class BoolJson : ScalarJson<bool>
{
    public override string Expectation => "must be true or false";

    public override void Write(Utf8JsonWriter writer, bool value, JsonSerializerOptions options) => writer.WriteBooleanValue(value);

    protected override bool TryRead(ref Utf8JsonReader reader, out bool value)
    {
        value = reader.TokenType == JsonTokenType.True;
        return value || reader.TokenType == JsonTokenType.False;
    }

    protected override bool TryParse(string text, out bool value)
    {
        value = text == "true";
        return value || text == "false";
    }
}
