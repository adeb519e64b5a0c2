using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace Koda.Server.Http.Json;

internal sealed class TextJson : ScalarJson<string>
{
    public override string Expectation => "must be a string";

    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WriteStringValue(value);

    protected override bool TryRead(ref Utf8JsonReader reader, [MaybeNullWhen(false)] out string value) => TryGetText(ref reader, out value);

    protected override bool TryParse(string text, out string value)
    {
        value = text;
        return true;
    }
}
