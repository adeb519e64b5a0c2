using System.Text.Json;

namespace Koda.Rpc.AspNetCore.Json;

internal sealed class StringCodec : TextValue<string>
{
    public override string Expectation => "must be a string";

    public override void Write(Utf8JsonWriter writer, string value) => writer.WriteStringValue(value);

    public override bool TryParse(string text, out string value)
    {
        value = text;
        return true;
    }
}
