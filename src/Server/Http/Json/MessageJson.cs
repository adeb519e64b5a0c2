using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Text.Unicode;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Koda.Protos.Common.V1;

namespace Koda.Server.Http.Json;

/// <summary>
/// Messages as JSON, by <see cref="MessageContracts"/> and <see cref="Scalars"/>: proto names, enums in lower case without their prefix,
/// 64-bit integers as numbers, RFC 3339 times, and the field options of <c>koda.common.v1</c>.
/// </summary>
internal static class MessageJson
{
    /// <summary>How deep objects and lists may be nested in what is read.</summary>
    public const int MaxDepth = 64;

    private static readonly JsonWriterOptions s_writing = new()
    {
        // The text is only ever sent as application/json, so letters outside ASCII need no escapes.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    private static readonly JsonDocumentOptions s_reading = new() { MaxDepth = MaxDepth };

    private static readonly JsonSerializerOptions s_options = Create();

    /// <summary>A thread keeps no more memory than this between two messages.</summary>
    private const int LargestKept = 64 * 1024;

    [ThreadStatic]
    private static (ArrayBufferWriter<byte> Output, Utf8JsonWriter Writer)? _idle;

    /// <summary>Teaches a serializer the JSON of messages.</summary>
    public static void Teach(JsonSerializerOptions options)
    {
        options.MaxDepth = MaxDepth;
        options.AllowDuplicateProperties = false;
        options.Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;
        foreach (var converter in Scalars.Converters)
            options.Converters.Insert(0, converter);
        options.TypeInfoResolver = JsonTypeInfoResolver.Combine(
            new MessageContracts(), options.TypeInfoResolver ?? new DefaultJsonTypeInfoResolver());
    }

    /// <summary>The message as compact UTF-8 JSON without a byte order mark. It stands until the thread writes the next one.</summary>
    public static ReadOnlySpan<byte> Write(IMessage message) =>
        Write(message, static (writer, message) => JsonSerializer.Serialize(writer, message, message.GetType(), s_options));

    /// <summary>One field's value alone, as <see cref="Write(IMessage)"/> gives a message: a list field gives a bare array.</summary>
    public static ReadOnlySpan<byte> WriteField(IMessage message, string name)
    {
        var field = message.Descriptor.FindFieldByName(name);
        var value = field.HasPresence && !field.Accessor.HasValue(message) ? null : field.Accessor.GetValue(message);
        return value is string raw && Scalars.Policy(field) is { RawJson: true }
            ? Write(raw, static (writer, raw) => writer.WriteRawValue(raw.Length == 0 ? "null" : raw))
            : Write(value, static (writer, value) => JsonSerializer.Serialize(writer, value, s_options));
    }

    /// <summary>The message as compact JSON text.</summary>
    public static string ToText(IMessage message) => Encoding.UTF8.GetString(Write(message));

    /// <summary>Reads a message. Every fault of a field is added to the issues; the message is of use only when there is none.</summary>
    /// <exception cref="RpcFault">MALFORMED_BODY: the text is not JSON, or nested deeper than <see cref="MaxDepth"/>.</exception>
    public static IMessage Read(MessageDescriptor type, ReadOnlyMemory<byte> json, IList<FieldFault> issues)
    {
        try
        {
            if (Utf8.IsValid(json.Span) && JsonSerializer.Deserialize(json.Span, type.ClrType, s_options) is IMessage message)
                return message;
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException or ArgumentException or FormatException)
        {
            // What the serializer, or a message that is given what it cannot hold, throws over a body: the faults are looked for below.
        }
        FindFaults(type, null, json, issues);
        return type.Parser.ParseFrom(ByteString.Empty);
    }

    /// <summary>Adds every fault of a body to the issues; one at least, since it could not be read.</summary>
    /// <param name="type">The request.</param>
    /// <param name="field">The field that the body is. Null: the whole request. The paths of its issues begin in the value, since that is
    /// all its writer knows.</param>
    /// <param name="json">The body.</param>
    /// <param name="issues">Takes the faults.</param>
    /// <exception cref="RpcFault">MALFORMED_BODY: the text is not JSON, or nested deeper than <see cref="MaxDepth"/>.</exception>
    internal static void FindFaults(MessageDescriptor type, FieldDescriptor? field, ReadOnlyMemory<byte> json, IList<FieldFault> issues)
    {
        using var document = Parse(json);
        var faults = new BodyFaults(issues);
        if (field is null)
            faults.OfMessage(type, document.RootElement);
        else
            faults.OfField(field, document.RootElement);
        if (issues.Count == 0)
            issues.Add(new FieldFault("", "cannot be read"));
    }

    /// <summary>Requires that a text is JSON, of whatever kind.</summary>
    /// <exception cref="RpcFault">MALFORMED_BODY: the text is not JSON, or nested deeper than <see cref="MaxDepth"/>.</exception>
    internal static void RequireJson(ReadOnlyMemory<byte> json) => Parse(json).Dispose();

    private static JsonDocument Parse(ReadOnlyMemory<byte> json)
    {
        if (!Utf8.IsValid(json.Span))
            throw Malformed("The text is not valid UTF-8.");
        try
        {
            return JsonDocument.Parse(json, s_reading);
        }
        catch (JsonException fault)
        {
            // The framework ends its message with its own position, counted from 0.
            var end = fault.Message.IndexOf(" LineNumber:", StringComparison.Ordinal);
            var what = end < 0 ? fault.Message : fault.Message[..end];
            throw Malformed($"{what} (line {fault.LineNumber + 1}, byte {fault.BytePositionInLine + 1})", fault);
        }
    }

    private static JsonSerializerOptions Create()
    {
        var options = new JsonSerializerOptions();
        Teach(options);
        options.MakeReadOnly();
        return options;
    }

    private static ReadOnlySpan<byte> Write<TState>(TState state, Action<Utf8JsonWriter, TState> write)
    {
        // Taken out while in use: a write that fails must not leave a half-written document to the next one.
        var (output, writer) = _idle ?? NewWriter();
        _idle = null;
        output.ResetWrittenCount();
        writer.Reset();
        write(writer, state);
        writer.Flush();
        if (output.Capacity <= LargestKept)
            _idle = (output, writer);
        return output.WrittenSpan;
    }

    private static (ArrayBufferWriter<byte> Output, Utf8JsonWriter Writer) NewWriter()
    {
        var output = new ArrayBufferWriter<byte>();
        return (output, new Utf8JsonWriter(output, s_writing));
    }

    private static RpcFault Malformed(string problem, JsonException? cause = null) =>
        new(ErrorReason.MalformedBody, "The body is not valid JSON: " + problem, cause);
}
