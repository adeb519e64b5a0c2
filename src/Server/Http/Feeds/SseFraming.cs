using System.Buffers;
using System.Globalization;
using System.Text;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Koda.Protos.Common.V1;
using Koda.Server.Http.Json;
using Koda.Server.Http.Wire;

namespace Koda.Server.Http.Feeds;

/// <summary>
/// Server-sent events. A complete feed ends with <c>event: end</c>, upon which a client should close; a browser that connects again all the
/// same, with the last id, gets 204, which stops it.
/// </summary>
internal sealed class SseFraming : FeedFraming
{
    private readonly SseField? _event;
    private readonly SseField? _id;
    private readonly string _data;
    private readonly OneofDescriptor? _dataOf;
    private readonly byte[] _opening;

    public SseFraming(RpcMethod method, TimeSpan retry)
    {
        var policy = method.Policy.Sse ?? new SsePolicy();
        _event = SseField.Of(method.Descriptor.OutputType, policy.EventField);
        _id = SseField.Of(method.Descriptor.OutputType, policy.IdField);
        _data = policy.DataField;
        _dataOf = method.Descriptor.OutputType.Oneofs.SingleOrDefault(oneof => oneof.Name == policy.DataField);
        HasEnd = !policy.LastMessageEnds;
        _opening = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"retry: {retry.TotalMilliseconds:F0}\n\n"));
    }

    public override string ContentType => FeedFormat.Sse;

    public override bool HasNoContent => true;

    public override void WriteOpening(PooledBufferWriter output) => output.Write(_opening);

    public override void WriteMessage(PooledBufferWriter output, IMessage message)
    {
        using var data = new PooledBufferWriter();
        if (_data.Length == 0)
            MessageJson.Write(data, message);
        else
            MessageJson.WriteField(data, message, _dataOf is null ? _data : SetFieldOf(_dataOf, message));

        if (_event?.Text(message) is { } name)
            WriteLine(output, "event: "u8, name);
        if (_id?.Text(message) is { } id)
            WriteLine(output, "id: "u8, id);
        WriteData(output, data.WrittenSpan);
    }

    public override void WritePing(PooledBufferWriter output) => output.Write(": ping\n\n"u8);

    public override void WriteError(PooledBufferWriter output, ReadOnlySpan<byte> error)
    {
        output.Write("event: error\n"u8);
        WriteData(output, error);
    }

    public override void WriteEnd(PooledBufferWriter output)
    {
        if (HasEnd)
            output.Write("event: end\ndata: {}\n\n"u8);
    }

    private bool HasEnd { get; }

    private static string SetFieldOf(OneofDescriptor oneof, IMessage message) => oneof.Accessor.GetCaseFieldDescriptor(message)?.Name
        ?? throw new InvalidOperationException($"{message.Descriptor.FullName} has nothing set in {oneof.Name}.");

    private static void WriteData(PooledBufferWriter output, ReadOnlySpan<byte> json)
    {
        output.Write("data: "u8);
        JsonLines.WriteAsOne(output, json);
        output.Write("\n\n"u8);
    }

    private static void WriteLine(PooledBufferWriter output, ReadOnlySpan<byte> name, string value)
    {
        output.Write(name);
        var count = Encoding.UTF8.GetBytes(value, output.GetSpan(Encoding.UTF8.GetMaxByteCount(value.Length)));
        output.Advance(count);
        output.Write("\n"u8);
    }
}
