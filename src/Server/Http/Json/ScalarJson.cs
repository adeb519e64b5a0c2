using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Koda.Server.Http.Json;

/// <summary>A kind of value that is no object of fields: it has a form in JSON and one in a path or query.</summary>
internal interface IScalarJson
{
    /// <summary>What the value must be, as in "must be true or false".</summary>
    string Expectation { get; }

    /// <summary>Whether a value in JSON is of this kind.</summary>
    bool Accepts(JsonElement json);

    /// <summary>Reads the value from a path segment or a query parameter.</summary>
    bool TryParse(string text, [NotNullWhen(true)] out object? value);
}

/// <summary>Reads a value from UTF-8 text, which is the same in JSON, quoted or not, as in a path or query.</summary>
internal delegate bool ScalarParser<T>(ReadOnlySpan<byte> text, [MaybeNullWhen(false)] out T value);

/// <summary>The one converter of a kind.</summary>
/// <param name="expectation">What the value must be.</param>
/// <param name="parse">Reads it.</param>
/// <param name="write">Writes it.</param>
/// <param name="tokens">What it may be in JSON.</param>
internal sealed class ScalarJson<T>(
    string expectation,
    ScalarParser<T> parse,
    Action<Utf8JsonWriter, T> write,
    params JsonTokenType[] tokens) : JsonConverter<T>, IScalarJson
    where T : notnull
{
    public string Expectation => expectation;

    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        TryRead(ref reader, out var value) ? value : throw new JsonException(expectation);

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => write(writer, value);

    public bool Accepts(JsonElement json)
    {
        var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(json.GetRawText()));
        reader.Read();
        return TryRead(ref reader, out _);
    }

    public bool TryParse(string text, [NotNullWhen(true)] out object? value)
    {
        var isRead = parse(Encoding.UTF8.GetBytes(text), out var read);
        value = read;
        return isRead;
    }

    private bool TryRead(ref Utf8JsonReader reader, [MaybeNullWhen(false)] out T value)
    {
        value = default;
        if (!tokens.Contains(reader.TokenType))
            return false;
        if (!reader.ValueIsEscaped)
            return parse(reader.ValueSpan, out value);
        try
        {
            return parse(Encoding.UTF8.GetBytes(reader.GetString()!), out value);
        }
        catch (InvalidOperationException)
        {
            // The escapes are half of a surrogate pair.
            return false;
        }
    }
}
