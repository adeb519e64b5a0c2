using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Koda.Rpc.AspNetCore.Json;

/// <summary>
/// Messages as JSON: proto names, enums in lower case without their prefix, 64-bit integers as numbers, RFC 3339 times, and the field
/// options of <c>koda.common.v1</c>. Safe for use by many threads; plans of message types are made once and kept.
/// </summary>
/// <param name="files">The files whose messages, with those they import, may stand in a <c>google.protobuf.Any</c>.</param>
public sealed class JsonCodec(IEnumerable<FileDescriptor> files)
{
    /// <summary>How deep objects and lists may be nested in what is read.</summary>
    public const int MaxDepth = 64;

    private static readonly JsonWriterOptions WriterOptions = new()
    {
        // The text is only ever sent as application/json, so letters outside ASCII need no escapes.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    [ThreadStatic]
    private static Utf8JsonWriter? _idleWriter;

    private readonly CodecCatalog _catalog = new(files);

    /// <summary>Writes the message as one JSON value.</summary>
    public void Write(Utf8JsonWriter writer, IMessage message) => Codec(message.Descriptor).WriteMessage(writer, message);

    /// <summary>Writes the message as compact UTF-8 JSON without a byte order mark.</summary>
    public void Write(IBufferWriter<byte> output, IMessage message) => Borrow(output, (codec: this, message), static (writer, state) =>
        state.codec.Write(writer, state.message));

    /// <summary>Writes one field's value alone: a list field gives a bare array.</summary>
    /// <exception cref="ArgumentException">The message has no such field.</exception>
    public void WriteField(IBufferWriter<byte> output, IMessage message, string field) =>
        Borrow(output, (codec: Field(message.Descriptor, field), message), static (writer, state) =>
            state.codec.WriteValue(writer, state.message));

    /// <summary>The message as compact JSON text.</summary>
    public string ToText(IMessage message)
    {
        var buffer = new ArrayBufferWriter<byte>();
        Write(buffer, message);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>Reads a message. Every fault of a field is added to the issues; the message is of use only when there is none.</summary>
    /// <exception cref="MalformedJsonException">The text is not JSON, or nested deeper than <see cref="MaxDepth"/>.</exception>
    public IMessage Read(MessageDescriptor type, ReadOnlySpan<byte> json, IList<FieldFault> issues)
    {
        var context = new ReadContext(issues);
        var reader = OpenReader(json);
        try
        {
            reader.Read();
            Codec(type).TryReadMessage(ref reader, context, out var message);
            reader.Read();
            return message ?? type.Parser.ParseFrom(ByteString.Empty);
        }
        catch (JsonException fault)
        {
            throw Malformed(fault);
        }
    }

    /// <summary>Reads one field's value into the message, as <see cref="Read"/> does. The paths of issues begin in the value, since that is all its writer knows.</summary>
    /// <exception cref="MalformedJsonException">The text is not JSON, or nested deeper than <see cref="MaxDepth"/>.</exception>
    /// <exception cref="ArgumentException">The message has no such field.</exception>
    public void ReadField(IMessage message, string field, ReadOnlySpan<byte> json, IList<FieldFault> issues)
    {
        var context = new ReadContext(issues);
        var codec = Field(message.Descriptor, field);
        var reader = OpenReader(json);
        try
        {
            reader.Read();
            codec.Read(ref reader, message, context);
            reader.Read();
        }
        catch (JsonException fault)
        {
            throw Malformed(fault);
        }
    }

    internal IMessageCodec Codec(MessageDescriptor type) => _catalog.Message(type);

    private IFieldCodec Field(MessageDescriptor type, string name) =>
        Codec(type).FindField(name) ?? throw new ArgumentException($"{type.FullName} has no field {name}.", nameof(name));

    private static Utf8JsonReader OpenReader(ReadOnlySpan<byte> json)
    {
        if (!System.Text.Unicode.Utf8.IsValid(json)) throw new MalformedJsonException("The text is not valid UTF-8.");
        return new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = MaxDepth });
    }

    private static void Borrow<TState>(IBufferWriter<byte> output, TState state, Action<Utf8JsonWriter, TState> write)
    {
        // Taken out while in use: a write that fails must not leave a half-written document to the next caller.
        var writer = _idleWriter ?? new Utf8JsonWriter(output, WriterOptions);
        _idleWriter = null;
        writer.Reset(output);
        write(writer, state);
        writer.Flush();
        _idleWriter = writer;
    }

    private static MalformedJsonException Malformed(JsonException fault)
    {
        // The framework ends its message with its own position, counted from 0.
        var end = fault.Message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        var what = end < 0 ? fault.Message : fault.Message[..end];
        return new MalformedJsonException($"{what} (line {fault.LineNumber + 1}, byte {fault.BytePositionInLine + 1})", fault);
    }
}
