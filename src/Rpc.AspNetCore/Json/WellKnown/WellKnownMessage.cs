using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Koda.Rpc.AspNetCore.Json.WellKnown;

/// <summary>A well-known type where a whole message is asked for: the request or reply of a method, or the content of an Any.</summary>
internal sealed class WellKnownMessage<T>(MessageDescriptor descriptor, ValueCodec<T> codec) : IMessageCodec where T : class, IMessage<T>
{
    public bool IsPlainObject => false;

    public IFieldCodec? FindField(string name) => null;

    public IMessage Parse(ByteString bytes) => descriptor.Parser.ParseFrom(bytes);

    public void WriteMessage(Utf8JsonWriter writer, IMessage message) => codec.Write(writer, (T)message);

    public void WriteFields(Utf8JsonWriter writer, IMessage message) => throw NoFields();

    public bool TryReadMessage(ref Utf8JsonReader reader, ReadContext context, [NotNullWhen(true)] out IMessage? message)
    {
        var read = codec.TryRead(ref reader, context, out var value);
        message = read ? value : null;
        return read;
    }

    public bool TryReadFields(ref Utf8JsonReader reader, ReadContext context, [NotNullWhen(true)] out IMessage? message) =>
        throw NoFields();

    private InvalidOperationException NoFields() => new(descriptor.FullName + " has no fields of its own in JSON.");
}
