using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Serialization;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;
using Koda.Protos.Common.V1;

namespace Koda.Server.Http.Json;

/// <summary>The kinds of scalars, one converter each.</summary>
internal static class Scalars
{
    private static readonly BoolJson s_bool = new();
    private static readonly TextJson s_text = new();
    private static readonly BytesJson s_bytes = new();
    private static readonly IntegerJson<int> s_int = new();
    private static readonly IntegerJson<uint> s_uint = new();
    private static readonly IntegerJson<long> s_long = new();
    private static readonly IntegerJson<ulong> s_ulong = new();
    private static readonly FloatingJson<float> s_float = new();
    private static readonly FloatingJson<double> s_double = new();
    private static readonly TimestampJson s_time = new(exact: false);
    private static readonly TimestampJson s_exactTime = new(exact: true);
    private static readonly FieldMaskJson s_mask = new();
    private static readonly ConcurrentDictionary<System.Type, JsonConverter> s_enums = new();

    /// <summary>Those that stand for a type wherever it is met.</summary>
    public static IEnumerable<JsonConverter> Converters { get; } =
        [s_bool, s_bytes, s_int, s_uint, s_long, s_ulong, s_float, s_double, s_time, s_mask, new Enums()];

    /// <summary>The kind of a field's values, of its elements where it is a list; null when they are objects, or JSON of any kind.</summary>
    public static IScalarJson? Of(FieldDescriptor field) => field.FieldType switch
    {
        FieldType.Bool => s_bool,
        FieldType.String => Policy(field) is { RawJson: true } ? null : s_text,
        FieldType.Bytes => s_bytes,
        FieldType.Int32 or FieldType.SInt32 or FieldType.SFixed32 => s_int,
        FieldType.UInt32 or FieldType.Fixed32 => s_uint,
        FieldType.Int64 or FieldType.SInt64 or FieldType.SFixed64 => s_long,
        FieldType.UInt64 or FieldType.Fixed64 => s_ulong,
        FieldType.Float => s_float,
        FieldType.Double => s_double,
        FieldType.Enum => (IScalarJson)s_enums.GetOrAdd(field.EnumType.ClrType, static (type, descriptor) =>
            (JsonConverter)Activator.CreateInstance(typeof(EnumJson<>).MakeGenericType(type), descriptor)!, field.EnumType),
        FieldType.Message when field.MessageType == Timestamp.Descriptor => Policy(field) is { ExactTime: true } ? s_exactTime : s_time,
        FieldType.Message when field.MessageType == FieldMask.Descriptor => s_mask,
        _ => null,
    };

    public static FieldPolicy? Policy(FieldDescriptor field) => field.GetOptions()?.GetExtension(PolicyExtensions.Field);

    /// <summary>Enums as their fields have been met: a type alone does not lead to its descriptor.</summary>
    private sealed class Enums : JsonConverterFactory
    {
        public override bool CanConvert(System.Type typeToConvert) => s_enums.ContainsKey(typeToConvert);

        public override JsonConverter CreateConverter(System.Type typeToConvert, JsonSerializerOptions options) => s_enums[typeToConvert];
    }
}
