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

/// <inheritdoc cref="IScalarJson"/>
internal abstract class ScalarJson<T> : JsonConverter<T>, IScalarJson where T : notnull
{
    public abstract string Expectation { get; }

    public sealed override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        TryRead(ref reader, out var value) ? value : throw new JsonException(Expectation);

    public bool Accepts(JsonElement json)
    {
        var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(json.GetRawText()));
        reader.Read();
        return TryRead(ref reader, out _);
    }

    public bool TryParse(string text, [NotNullWhen(true)] out object? value)
    {
        var isRead = TryParse(text, out T? read);
        value = read;
        return isRead;
    }

    /// <summary>Reads the value at the reader, which is one token.</summary>
    protected abstract bool TryRead(ref Utf8JsonReader reader, [MaybeNullWhen(false)] out T value);

    protected abstract bool TryParse(string text, [MaybeNullWhen(false)] out T value);

    /// <summary>The string at the reader; false when it is none, or its escapes are half of a surrogate pair.</summary>
    protected static bool TryGetText(ref Utf8JsonReader reader, [NotNullWhen(true)] out string? text)
    {
        text = null;
        if (reader.TokenType != JsonTokenType.String)
            return false;
        try
        {
            text = reader.GetString()!;
            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }
}
