namespace Grpc.Core;

/// <summary>Writes and reads the messages of one type.</summary>
public class Marshaller<T>
{
    private readonly Func<T, byte[]>? _simpleSerializer;
    private readonly Func<byte[], T>? _simpleDeserializer;

    public Marshaller(Func<T, byte[]> serializer, Func<byte[], T> deserializer)
    {
        _simpleSerializer = serializer ?? throw new ArgumentNullException(nameof(serializer));
        _simpleDeserializer = deserializer ?? throw new ArgumentNullException(nameof(deserializer));
        ContextualSerializer = (message, context) => context.Complete(serializer(message));
        ContextualDeserializer = context => deserializer(context.PayloadAsNewBuffer());
    }

    public Marshaller(Action<T, SerializationContext> serializer, Func<DeserializationContext, T> deserializer)
    {
        ContextualSerializer = serializer ?? throw new ArgumentNullException(nameof(serializer));
        ContextualDeserializer = deserializer ?? throw new ArgumentNullException(nameof(deserializer));
    }

    /// <exception cref="NotSupportedException">The marshaller was made from contextual functions.</exception>
    public Func<T, byte[]> Serializer => _simpleSerializer
        ?? throw new NotSupportedException("This marshaller has only a contextual serializer.");

    /// <exception cref="NotSupportedException">The marshaller was made from contextual functions.</exception>
    public Func<byte[], T> Deserializer => _simpleDeserializer
        ?? throw new NotSupportedException("This marshaller has only a contextual deserializer.");

    public Action<T, SerializationContext> ContextualSerializer { get; }

    public Func<DeserializationContext, T> ContextualDeserializer { get; }
}
