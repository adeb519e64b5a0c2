using System.Collections.Concurrent;
using System.Reflection;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;
using Koda.Protos.Common.V1;
using Koda.Rpc.AspNetCore.Json.WellKnown;
using Type = System.Type;

namespace Koda.Rpc.AspNetCore.Json;

/// <summary>Chooses the codec of every field and message, and keeps those of messages.</summary>
internal sealed class CodecCatalog
{
    private static readonly StringCodec Strings = new();
    private static readonly BytesCodec Bytes = new();
    private static readonly RawJsonCodec RawJson = new();
    private static readonly ValueMessageCodec Values = new();

    private readonly ConcurrentDictionary<MessageDescriptor, IMessageCodec> _messages = new();
    private readonly TypeRegistry _types;
    private readonly AnyCodec _any;

    public CodecCatalog(IEnumerable<FileDescriptor> files)
    {
        _types = TypeRegistry.FromFiles(files);
        _any = new AnyCodec(url => _types.Find(Any.GetTypeName(url)) is { } type ? Message(type) : null);
    }

    public IMessageCodec Message(MessageDescriptor type) => _messages.GetOrAdd(type, CreateMessage);

    public FieldCodec<TMessage> Field<TMessage>(FieldDescriptor field) where TMessage : IMessage
    {
        if (field.IsMap)
        {
            var key = field.MessageType.Fields.InFieldNumberOrder()[0];
            var value = field.MessageType.Fields.InFieldNumberOrder()[1];
            var (keyType, keys) = Value(key, key);
            var (valueType, values) = Value(value, field);
            return Create<FieldCodec<TMessage>>(typeof(MapFieldCodec<,,>), [typeof(TMessage), keyType, valueType], field, keys, values);
        }

        var (type, codec) = Value(field, field);
        var shape = field.IsRepeated ? typeof(RepeatedFieldCodec<,>) : typeof(SingularField<,>);
        return Create<FieldCodec<TMessage>>(shape, [typeof(TMessage), type], field, codec);
    }

    private IMessageCodec CreateMessage(MessageDescriptor type) =>
        WellKnown(type) is { } codec
            ? Create<IMessageCodec>(typeof(WellKnownMessage<>), [type.ClrType], type, codec)
            : Create<IMessageCodec>(typeof(MessageCodec<>), [type.ClrType], type, this);

    /// <param name="field">Says what the value is.</param>
    /// <param name="declared">Carries the options: the map's field, when <paramref name="field"/> is that of its hidden entry.</param>
    private (Type Type, object Codec) Value(FieldDescriptor field, FieldDescriptor declared) => field.FieldType switch
    {
        FieldType.String when Policy(declared) is { RawJson: true } => (typeof(string), RawJson),
        FieldType.Message when Policy(declared) is { ExactTime: true } => (typeof(Timestamp), new TimestampCodec(exact: true)),
        FieldType.String => (typeof(string), Strings),
        FieldType.Bytes => (typeof(ByteString), Bytes),
        FieldType.Bool => (typeof(bool), new BoolCodec()),
        FieldType.Int32 or FieldType.SInt32 or FieldType.SFixed32 => (typeof(int), new IntegerCodec<int>()),
        FieldType.UInt32 or FieldType.Fixed32 => (typeof(uint), new IntegerCodec<uint>()),
        FieldType.Int64 or FieldType.SInt64 or FieldType.SFixed64 => (typeof(long), new IntegerCodec<long>()),
        FieldType.UInt64 or FieldType.Fixed64 => (typeof(ulong), new IntegerCodec<ulong>()),
        FieldType.Float => (typeof(float), new FloatingCodec<float>()),
        FieldType.Double => (typeof(double), new FloatingCodec<double>()),
        FieldType.Enum when field.EnumType.FullName == "google.protobuf.NullValue" => (typeof(NullValue), new NullValueCodec()),
        FieldType.Enum => (field.EnumType.ClrType, Create<object>(typeof(EnumCodec<>), [field.EnumType.ClrType], field.EnumType)),
        FieldType.Message => Wrapper(field.MessageType)
            ?? (field.MessageType.ClrType, WellKnown(field.MessageType) ?? Message(field.MessageType)),
        _ => throw new NotSupportedException($"{field.FullName}: fields of kind {field.FieldType} have no JSON form."),
    };

    private static FieldPolicy? Policy(FieldDescriptor field) => field.GetOptions()?.GetExtension(PolicyExtensions.Field);

    /// <summary>Wrappers are nullable values in C#, so their fields have another type than their messages.</summary>
    private (Type Type, object Codec)? Wrapper(MessageDescriptor type)
    {
        if (type.File.Name != "google/protobuf/wrappers.proto") return null;

        var value = type.Fields.InFieldNumberOrder()[0];
        var (inner, codec) = Value(value, value);
        return inner.IsValueType
            ? (typeof(Nullable<>).MakeGenericType(inner), Create<object>(typeof(WrapperCodec<>), [inner], codec))
            : (inner, codec);
    }

    private object? WellKnown(MessageDescriptor type) => type.FullName switch
    {
        "google.protobuf.Timestamp" => new TimestampCodec(exact: false),
        "google.protobuf.Duration" => new DurationCodec(),
        "google.protobuf.FieldMask" => new FieldMaskCodec(),
        "google.protobuf.Value" => Values,
        "google.protobuf.Struct" => new StructCodec(Values),
        "google.protobuf.ListValue" => new ListValueCodec(Values),
        "google.protobuf.Any" => _any,
        _ => null,
    };

    private static TResult Create<TResult>(Type open, Type[] arguments, params object[] values) =>
        (TResult)Activator.CreateInstance(open.MakeGenericType(arguments), BindingFlags.Instance | BindingFlags.Public, null, values, null)!;
}
