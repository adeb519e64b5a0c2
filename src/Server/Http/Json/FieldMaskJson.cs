using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;
using Google.Protobuf.WellKnownTypes;

namespace Koda.Server.Http.Json;

/// <summary>Field paths joined by commas, in proto names as everywhere in the JSON; camel case is read too.</summary>
internal sealed class FieldMaskJson : ScalarJson<FieldMask>
{
    public override string Expectation => "must be field paths joined by commas";

    public override void Write(Utf8JsonWriter writer, FieldMask value, JsonSerializerOptions options) => writer.WriteStringValue(string.Join(',', value.Paths));

    protected override bool TryRead(ref Utf8JsonReader reader, [MaybeNullWhen(false)] out FieldMask value)
    {
        value = null;
        return TryGetText(ref reader, out var text) && TryParse(text, out value);
    }

    protected override bool TryParse(string text, [MaybeNullWhen(false)] out FieldMask value)
    {
        value = null;
        var mask = new FieldMask();
        foreach (var path in text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (!path.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.'))
                return false;
            mask.Paths.Add(SnakeCase(path));
        }

        value = mask;
        return true;
    }

    private static string SnakeCase(string path)
    {
        var text = new StringBuilder(path.Length + 4);
        foreach (var c in path)
        {
            if (char.IsAsciiLetterUpper(c))
                text.Append('_');
            text.Append(char.ToLowerInvariant(c));
        }

        return text.ToString();
    }
}
