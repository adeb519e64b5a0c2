using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.Collections;
using Google.Protobuf.Reflection;

namespace Koda.Rpc.AspNetCore.Json;

internal sealed class RepeatedFieldCodec<TMessage, TValue>(FieldDescriptor descriptor, ValueCodec<TValue> codec)
    : FieldCodec<TMessage>(descriptor) where TMessage : IMessage
{
    private Func<TMessage, RepeatedField<TValue>> Get => field ??= Getter<RepeatedField<TValue>>();

    public override void Write(Utf8JsonWriter writer, TMessage message)
    {
        writer.WritePropertyName(Name);
        WriteValue(writer, message);
    }

    public override void WriteValue(Utf8JsonWriter writer, TMessage message)
    {
        var items = Get(message);
        writer.WriteStartArray();
        for (var i = 0; i < items.Count; i++) codec.Write(writer, items[i]);
        writer.WriteEndArray();
    }

    public override void Read(ref Utf8JsonReader reader, TMessage message, ReadContext context)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            context.Report("must be a list");
            reader.Skip();
            return;
        }

        var items = Get(message);
        for (var index = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; index++)
        {
            context.Enter(index);
            if (codec.TryRead(ref reader, context, out var item)) items.Add(item);
            context.Leave();
        }
    }

    public override void Bind(TMessage message, string text, ReadContext context)
    {
        if (codec.TryParse(text, out var item)) Get(message).Add(item);
        else context.Report(codec.Expectation);
    }
}
