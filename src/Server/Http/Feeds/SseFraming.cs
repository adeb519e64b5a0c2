using System.Buffers;
using System.Globalization;
using System.Text;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Koda.Protos.Common.V1;
using Koda.Server.Http.Json;

namespace Koda.Server.Http.Feeds;

/// <summary>
/// Server-sent events. A complete feed ends with <c>event: end</c>, upon which a client should close; a browser that connects again all the
/// same, with the last id, gets 204, which stops it.
/// </summary>
internal sealed class SseFraming(RpcMethod method, TimeSpan retry) : FeedFraming
{
    private readonly SsePolicy _policy = method.Policy.Sse ?? new SsePolicy();
    private readonly FieldDescriptor? _event = method.Descriptor.OutputType.FindFieldByName(method.Policy.Sse?.EventField ?? "");
    private readonly FieldDescriptor? _id = method.Descriptor.OutputType.FindFieldByName(method.Policy.Sse?.IdField ?? "");
    private readonly OneofDescriptor? _dataOf = method.Descriptor.OutputType.Oneofs.SingleOrDefault(oneof =>
        oneof.Name == method.Policy.Sse?.DataField);

    public override string ContentType => FeedFormat.Sse;

    public override bool HasNoContent => true;

    public override void WriteOpening(IBufferWriter<byte> output) =>
        Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"retry: {retry.TotalMilliseconds:F0}\n\n"), output);

    public override void WriteMessage(IBufferWriter<byte> output, IMessage message)
    {
        var data = _policy.DataField.Length == 0
            ? MessageJson.Write(message)
            : MessageJson.WriteField(message, _dataOf is null ? _policy.DataField : SetFieldOf(_dataOf, message));
        if (Text(_event, message) is { } name)
            Encoding.UTF8.GetBytes($"event: {name}\n", output);
        if (Text(_id, message) is { } id)
            Encoding.UTF8.GetBytes($"id: {id}\n", output);
        WriteLine(output, "data: "u8, data, "\n\n"u8);
    }

    public override void WritePing(IBufferWriter<byte> output) => output.Write(": ping\n\n"u8);

    public override void WriteError(IBufferWriter<byte> output, ReadOnlySpan<byte> error) =>
        WriteLine(output, "event: error\ndata: "u8, error, "\n\n"u8);

    public override void WriteEnd(IBufferWriter<byte> output)
    {
        if (!_policy.LastMessageEnds)
            output.Write("event: end\ndata: {}\n\n"u8);
    }

    /// <summary>
    /// The value of a line of its own; null when it is the default one: an event without an id leaves the client's last one as it is.
    /// </summary>
    private static string? Text(FieldDescriptor? field, IMessage message) => field?.Accessor.GetValue(message) switch
    {
        null or "" or 0 or 0L or 0U or 0UL => null,
        string text => text.ReplaceLineEndings(" "),
        Enum value => Spelling(field.EnumType, Convert.ToInt32(value, CultureInfo.InvariantCulture)),
        var value => Convert.ToString(value, CultureInfo.InvariantCulture),
    };

    private static string? Spelling(EnumDescriptor type, int number) =>
        number == 0 ? null
        : type.FindValueByNumber(number) is { } value ? EnumNames.Json(value)
        : number.ToString(CultureInfo.InvariantCulture);

    private static string SetFieldOf(OneofDescriptor oneof, IMessage message) => oneof.Accessor.GetCaseFieldDescriptor(message)?.Name
        ?? throw new InvalidOperationException($"{message.Descriptor.FullName} has nothing set in {oneof.Name}.");
}
