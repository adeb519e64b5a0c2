using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace Koda.Rpc.AspNetCore.Json.WellKnown;

/// <summary>A wrapper of a number or boolean (<c>google.protobuf.Int32Value</c>), which C# shows as a nullable value.</summary>
internal sealed class WrapperCodec<T>(ValueCodec<T> inner) : ValueCodec<T?> where T : struct
{
    public override string Expectation => inner.Expectation;

    public override void Write(Utf8JsonWriter writer, T? value) => inner.Write(writer, value.GetValueOrDefault());

    public override bool TryRead(ref Utf8JsonReader reader, ReadContext context, [MaybeNullWhen(false)] out T? value)
    {
        var read = inner.TryRead(ref reader, context, out var number);
        value = number;
        return read;
    }

    public override bool TryParse(string text, [MaybeNullWhen(false)] out T? value)
    {
        var parsed = inner.TryParse(text, out var number);
        value = number;
        return parsed;
    }
}
