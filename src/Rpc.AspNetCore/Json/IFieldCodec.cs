using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Koda.Rpc.AspNetCore.Json;

/// <summary>Writes and reads one field of messages whose C# type the caller does not know.</summary>
internal interface IFieldCodec
{
    FieldDescriptor Descriptor { get; }

    /// <summary>Writes the value alone, without the name; <c>null</c> when unset.</summary>
    void WriteValue(Utf8JsonWriter writer, IMessage message);

    /// <summary>Reads the value at the reader into the message. Faults are reported and leave the field as it was.</summary>
    void Read(ref Utf8JsonReader reader, IMessage message, ReadContext context);

    /// <summary>Sets the field, or adds to the list, from the text of a path segment or query parameter.</summary>
    void Bind(IMessage message, string text, ReadContext context);
}
