using System.Globalization;
using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.Collections;
using Google.Protobuf.Reflection;

namespace Koda.Rpc.AspNetCore.Json;

internal sealed class MapFieldCodec<TMessage, TKey, TValue>(FieldDescriptor descriptor, ValueCodec<TKey> keys, ValueCodec<TValue> values)
    : FieldCodec<TMessage>(descriptor) where TMessage : IMessage where TKey : notnull
{
    private Func<TMessage, MapField<TKey, TValue>> Get => field ??= Getter<MapField<TKey, TValue>>();

    public override void Write(Utf8JsonWriter writer, TMessage message)
    {
        writer.WritePropertyName(Name);
        WriteValue(writer, message);
    }

    public override void WriteValue(Utf8JsonWriter writer, TMessage message)
    {
        writer.WriteStartObject();
        foreach (var (key, value) in Get(message))
        {
            writer.WritePropertyName(KeyText(key));
            values.Write(writer, value);
        }

        writer.WriteEndObject();
    }

    public override void Read(ref Utf8JsonReader reader, TMessage message, ReadContext context)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            context.Report("must be an object");
            reader.Skip();
            return;
        }

        var entries = Get(message);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var hasText = TextValue<string>.TryGetText(ref reader, out var text);
            reader.Read();
            context.Enter(text ?? "?");
            if (!hasText || !keys.TryParse(text!, out var key)) Pass(ref reader, context, "has a key that " + keys.Expectation);
            else if (entries.ContainsKey(key)) Pass(ref reader, context, "is given twice");
            else if (values.TryRead(ref reader, context, out var value)) entries.Add(key, value);
            context.Leave();
        }
    }

    public override void Bind(TMessage message, string text, ReadContext context) => context.Report("cannot be given in a path or query");

    private static void Pass(ref Utf8JsonReader reader, ReadContext context, string fault)
    {
        context.Report(fault);
        reader.Skip();
    }

    private static string KeyText(TKey key) => key switch
    {
        string text => text,
        bool flag => flag ? "true" : "false",
        _ => Convert.ToString(key, CultureInfo.InvariantCulture)!,
    };
}
