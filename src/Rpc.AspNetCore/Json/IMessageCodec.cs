using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Google.Protobuf;

namespace Koda.Rpc.AspNetCore.Json;

/// <summary>Writes and reads messages of one type whose C# type the caller does not know.</summary>
internal interface IMessageCodec
{
    /// <summary>False for the well-known types with a JSON form of their own.</summary>
    bool IsPlainObject { get; }

    /// <summary>The field of this name, in either spelling.</summary>
    IFieldCodec? FindField(string name);

    IMessage Parse(ByteString bytes);

    void WriteMessage(Utf8JsonWriter writer, IMessage message);

    /// <summary>Writes the properties without the braces around them.</summary>
    void WriteFields(Utf8JsonWriter writer, IMessage message);

    bool TryReadMessage(ref Utf8JsonReader reader, ReadContext context, [NotNullWhen(true)] out IMessage? message);

    /// <summary>Reads an object that also holds <c>@type</c>.</summary>
    bool TryReadFields(ref Utf8JsonReader reader, ReadContext context, [NotNullWhen(true)] out IMessage? message);
}
