using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace Koda.Rpc.AspNetCore.Json;

/// <summary>Writes and reads one kind of value: what a singular field, a list element or a map value holds.</summary>
internal abstract class ValueCodec<T>
{
    /// <summary>What the value must be, as in "must be true or false".</summary>
    public abstract string Expectation { get; }

    /// <summary>True when JSON <c>null</c> is a value of this kind and not the absence of one.</summary>
    public virtual bool ReadsNull => false;

    /// <summary>True when the value stands for "nothing": the field is then unset whatever its presence says.</summary>
    public virtual bool IsAbsent(T value) => value is null;

    public abstract void Write(Utf8JsonWriter writer, T value);

    /// <summary>Reads the value at the reader and leaves the reader on its last token. A fault is reported and answers false.</summary>
    public abstract bool TryRead(ref Utf8JsonReader reader, ReadContext context, [MaybeNullWhen(false)] out T value);

    /// <summary>Reads the value from a path segment or a query parameter.</summary>
    public virtual bool TryParse(string text, [MaybeNullWhen(false)] out T value)
    {
        value = default;
        return false;
    }

    /// <summary>Reports that the value at the reader is not of this kind and passes over it.</summary>
    protected bool Refuse(ref Utf8JsonReader reader, ReadContext context)
    {
        context.Report(Expectation);
        reader.Skip();
        return false;
    }
}
