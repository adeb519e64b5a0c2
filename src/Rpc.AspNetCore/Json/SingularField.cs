using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Koda.Protos.Common.V1;

namespace Koda.Rpc.AspNetCore.Json;

internal sealed class SingularField<TMessage, TValue> : FieldCodec<TMessage> where TMessage : IMessage
{
    private readonly ValueCodec<TValue> _codec;
    private readonly Func<TMessage, TValue> _get;
    private readonly Action<TMessage, TValue> _set;
    private readonly Func<TMessage, bool>? _has;
    private readonly bool _writeNull;

    public SingularField(FieldDescriptor descriptor, ValueCodec<TValue> codec) : base(descriptor)
    {
        var type = typeof(TMessage);
        _codec = codec;
        _get = Getter<TValue>();
        _set = type.GetProperty(descriptor.PropertyName)!.SetMethod!.CreateDelegate<Action<TMessage, TValue>>();
        _has = type.GetProperty("Has" + descriptor.PropertyName)?.GetMethod?.CreateDelegate<Func<TMessage, bool>>();
        _writeNull = descriptor.GetOptions()?.GetExtension(PolicyExtensions.Field)?.WriteNull ?? false;
    }

    public override bool ReadsNull => _codec.ReadsNull;

    public override void Write(Utf8JsonWriter writer, TMessage message)
    {
        if (IsSet(message, out var value))
        {
            writer.WritePropertyName(Name);
            _codec.Write(writer, value);
        }
        else if (_writeNull) writer.WriteNull(Name);
    }

    public override void WriteValue(Utf8JsonWriter writer, TMessage message)
    {
        if (IsSet(message, out var value)) _codec.Write(writer, value);
        else writer.WriteNullValue();
    }

    public override void Read(ref Utf8JsonReader reader, TMessage message, ReadContext context)
    {
        if (_codec.TryRead(ref reader, context, out var value)) _set(message, value);
    }

    public override void Bind(TMessage message, string text, ReadContext context)
    {
        if (_codec.TryParse(text, out var value)) _set(message, value);
        else context.Report(_codec.Expectation);
    }

    private bool IsSet(TMessage message, out TValue value)
    {
        value = _get(message);
        return (_has is null || _has(message)) && !_codec.IsAbsent(value);
    }
}
