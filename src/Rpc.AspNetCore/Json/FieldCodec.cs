using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Koda.Rpc.AspNetCore.Json;

/// <summary>Writes and reads one field of <typeparamref name="TMessage"/> by typed delegates, so no scalar is boxed.</summary>
internal abstract class FieldCodec<TMessage>(FieldDescriptor descriptor) : IFieldCodec where TMessage : IMessage
{
    public FieldDescriptor Descriptor { get; } = descriptor;

    protected JsonEncodedText Name { get; } = JsonEncodedText.Encode(descriptor.Name);

    /// <summary>True when JSON <c>null</c> is a value of the field. Otherwise null leaves it unset.</summary>
    public virtual bool ReadsNull => false;

    public abstract void Write(Utf8JsonWriter writer, TMessage message);

    public abstract void WriteValue(Utf8JsonWriter writer, TMessage message);

    public abstract void Read(ref Utf8JsonReader reader, TMessage message, ReadContext context);

    public abstract void Bind(TMessage message, string text, ReadContext context);

    void IFieldCodec.WriteValue(Utf8JsonWriter writer, IMessage message) => WriteValue(writer, (TMessage)message);

    void IFieldCodec.Read(ref Utf8JsonReader reader, IMessage message, ReadContext context)
    {
        if (reader.TokenType != JsonTokenType.Null || ReadsNull) Read(ref reader, (TMessage)message, context);
    }

    void IFieldCodec.Bind(IMessage message, string text, ReadContext context) => Bind((TMessage)message, text, context);

    protected Func<TMessage, TProperty> Getter<TProperty>() =>
        typeof(TMessage).GetProperty(Descriptor.PropertyName)!.GetMethod!.CreateDelegate<Func<TMessage, TProperty>>();
}
