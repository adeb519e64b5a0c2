using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Koda.Rpc.AspNetCore.Json;

/// <summary>A message as a JSON object. The plan of its fields is made once, at first use, for types may hold themselves.</summary>
internal sealed class MessageCodec<T>(MessageDescriptor descriptor, CodecCatalog catalog) : ValueCodec<T>, IMessageCodec
    where T : class, IMessage<T>, new()
{
    private readonly Lazy<Plan> _plan = new(() => new Plan(descriptor, catalog));

    public override string Expectation => "must be an object";

    public bool IsPlainObject => true;

    public IFieldCodec? FindField(string name) => _plan.Value.Find(Encoding.UTF8.GetBytes(name));

    public IMessage Parse(ByteString bytes) => descriptor.Parser.ParseFrom(bytes);

    public override void Write(Utf8JsonWriter writer, T value)
    {
        writer.WriteStartObject();
        WriteFields(writer, value);
        writer.WriteEndObject();
    }

    public void WriteMessage(Utf8JsonWriter writer, IMessage message) => Write(writer, (T)message);

    public void WriteFields(Utf8JsonWriter writer, IMessage message)
    {
        var typed = (T)message;
        foreach (var field in _plan.Value.Fields) field.Write(writer, typed);
    }

    public override bool TryRead(ref Utf8JsonReader reader, ReadContext context, [MaybeNullWhen(false)] out T value)
    {
        value = new T();
        return reader.TokenType == JsonTokenType.StartObject
            ? ReadFields(ref reader, context, value, ignoreType: false)
            : Refuse(ref reader, context);
    }

    public bool TryReadMessage(ref Utf8JsonReader reader, ReadContext context, [NotNullWhen(true)] out IMessage? message)
    {
        var read = TryRead(ref reader, context, out var value);
        message = read ? value : null;
        return read;
    }

    public bool TryReadFields(ref Utf8JsonReader reader, ReadContext context, [NotNullWhen(true)] out IMessage? message)
    {
        var value = new T();
        message = value;
        return ReadFields(ref reader, context, value, ignoreType: true);
    }

    private bool ReadFields(ref Utf8JsonReader reader, ReadContext context, T message, bool ignoreType)
    {
        var plan = _plan.Value;
        Span<bool> seen = stackalloc bool[plan.SlotCount];
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (ignoreType && reader.ValueTextEquals("@type"u8))
            {
                reader.Skip();
                continue;
            }

            var slot = plan.FindSlot(ref reader);
            if (slot < 0) ReportUnknown(ref reader, context);
            else ReadField(ref reader, context, message, plan, slot, seen);
        }

        return true;
    }

    private static void ReadField(ref Utf8JsonReader reader, ReadContext context, T message, Plan plan, int slot, scoped Span<bool> seen)
    {
        var field = plan.Fields[slot];
        var oneof = plan.OneofSlot(field);
        reader.Read();
        context.Enter(field.Descriptor.Name);
        var isNull = reader.TokenType == JsonTokenType.Null && !field.ReadsNull;
        if (seen[slot])
        {
            context.Report("is given twice");
            reader.Skip();
        }
        else if (!isNull && oneof >= 0 && seen[oneof])
        {
            context.Report("must not be given together with another field of " + field.Descriptor.ContainingOneof.Name);
            reader.Skip();
        }
        else if (!isNull)
        {
            if (oneof >= 0) seen[oneof] = true;
            field.Read(ref reader, message, context);
        }

        seen[slot] = true;
        context.Leave();
    }

    private static void ReportUnknown(ref Utf8JsonReader reader, ReadContext context)
    {
        context.Enter(TextValue<string>.TryGetText(ref reader, out var name) ? name : "?");
        context.Report("is not a field of this request");
        context.Leave();
        reader.Skip();
    }

    private sealed class Plan
    {
        private readonly Dictionary<byte[], int>.AlternateLookup<ReadOnlySpan<byte>> _slots;

        public Plan(MessageDescriptor descriptor, CodecCatalog catalog)
        {
            var slots = new Dictionary<byte[], int>(new Utf8Names());
            Fields = [.. descriptor.Fields.InDeclarationOrder().Select(catalog.Field<T>)];
            for (var i = 0; i < Fields.Length; i++)
            {
                slots[Encoding.UTF8.GetBytes(Fields[i].Descriptor.Name)] = i;
                slots.TryAdd(Encoding.UTF8.GetBytes(Fields[i].Descriptor.JsonName), i);
            }

            SlotCount = Fields.Length + descriptor.Oneofs.Count;
            _slots = slots.GetAlternateLookup<ReadOnlySpan<byte>>();
        }

        public FieldCodec<T>[] Fields { get; }

        /// <summary>One slot for each field and, after them, one for each oneof.</summary>
        public int SlotCount { get; }

        public int OneofSlot(FieldCodec<T> field) =>
            field.Descriptor.RealContainingOneof is { } oneof ? Fields.Length + oneof.Index : -1;

        public FieldCodec<T>? Find(ReadOnlySpan<byte> name) => _slots.TryGetValue(name, out var slot) ? Fields[slot] : null;

        public int FindSlot(ref Utf8JsonReader reader)
        {
            if (!reader.ValueIsEscaped) return _slots.TryGetValue(reader.ValueSpan, out var slot) ? slot : -1;
            return TextValue<string>.TryGetText(ref reader, out var text) && _slots.TryGetValue(Encoding.UTF8.GetBytes(text), out var found)
                ? found
                : -1;
        }
    }
}
