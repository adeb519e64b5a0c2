using System.Collections.Concurrent;
using System.Globalization;
using System.Numerics;
using System.Text.Json;
using System.Text.Json.Serialization;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;
using Koda.Protos.Common.V1;

namespace Koda.Server.Http.Json;

/// <summary>
/// The kinds of scalars, one converter each. 64-bit integers are numbers, and JSON has no number for the three floating ones that are not
/// finite.
/// </summary>
internal static class Scalars
{
    private const string Time = "must be an RFC 3339 time such as 2026-01-31T12:00:00Z";

    private static readonly ScalarJson<bool> s_bool = new(
        "must be true or false",
        ScalarTexts.Bool,
        (writer, value) => writer.WriteBooleanValue(value),
        JsonTokenType.True,
        JsonTokenType.False);

    private static readonly ScalarJson<string> s_text =
        new("must be a string", ScalarTexts.Text, (writer, value) => writer.WriteStringValue(value), JsonTokenType.String);

    private static readonly ScalarJson<ByteString> s_bytes =
        new("must be base64 text", ScalarTexts.Bytes, (writer, value) => writer.WriteBase64StringValue(value.Span), JsonTokenType.String);

    private static readonly ScalarJson<int> s_int = Integer<int>((writer, value) => writer.WriteNumberValue(value));
    private static readonly ScalarJson<uint> s_uint = Integer<uint>((writer, value) => writer.WriteNumberValue(value));
    private static readonly ScalarJson<long> s_long = Integer<long>((writer, value) => writer.WriteNumberValue(value));
    private static readonly ScalarJson<ulong> s_ulong = Integer<ulong>((writer, value) => writer.WriteNumberValue(value));
    private static readonly ScalarJson<float> s_float = Floating<float>(32, (writer, value) => writer.WriteNumberValue(value));
    private static readonly ScalarJson<double> s_double = Floating<double>(64, (writer, value) => writer.WriteNumberValue(value));

    private static readonly ScalarJson<Timestamp> s_time =
        new(Time, TimestampText.TryParse, (writer, value) => TimestampText.Write(writer, value, isExact: false), JsonTokenType.String);

    private static readonly ScalarJson<Timestamp> s_exactTime =
        new(Time, TimestampText.TryParse, (writer, value) => TimestampText.Write(writer, value, isExact: true), JsonTokenType.String);

    private static readonly ScalarJson<FieldMask> s_mask = new(
        "must be field paths joined by commas",
        ScalarTexts.Mask,
        (writer, value) => writer.WriteStringValue(string.Join(',', value.Paths)),
        JsonTokenType.String);

    private static readonly ConcurrentDictionary<System.Type, JsonConverter> s_enums = new();

    /// <summary>Those that stand for a type wherever it is met.</summary>
    public static IEnumerable<JsonConverter> Converters { get; } =
        [s_bool, s_bytes, s_int, s_uint, s_long, s_ulong, s_float, s_double, s_time, s_mask, new Enums()];

    /// <summary>
    /// The kind of a field's values, of its elements where it is a list; null when they are objects, or JSON of any kind.
    /// </summary>
    public static IScalarJson? Of(FieldDescriptor field) =>
        field.FieldType switch
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
            FieldType.Enum => (IScalarJson)
                s_enums.GetOrAdd(
                    field.EnumType.ClrType,
                    static (type, descriptor) =>
                        (JsonConverter)typeof(EnumJson).GetMethod(nameof(EnumJson.Of))!.MakeGenericMethod(type).Invoke(null, [descriptor])!,
                    field.EnumType),
            FieldType.Message when field.MessageType == Timestamp.Descriptor => Policy(field) is { ExactTime: true } ? s_exactTime : s_time,
            FieldType.Message when field.MessageType == FieldMask.Descriptor => s_mask,
            _ => null,
        };

    public static FieldPolicy? Policy(FieldDescriptor field) => field.GetOptions()?.GetExtension(PolicyExtensions.Field);

    private static ScalarJson<T> Integer<T>(Action<Utf8JsonWriter, T> write) where T : struct, IBinaryInteger<T>, IMinMaxValue<T> => new(
        string.Create(CultureInfo.InvariantCulture, $"must be a whole number from {T.MinValue} to {T.MaxValue}"),
        ScalarTexts.Integer, write, JsonTokenType.Number, JsonTokenType.String);

    private static ScalarJson<T> Floating<T>(int bits, Action<Utf8JsonWriter, T> write)
        where T : struct, IBinaryFloatingPointIeee754<T> =>
        new(
            $"must be a number within the range of a {bits}-bit float",
            ScalarTexts.Floating,
            (writer, value) =>
            {
                if (T.IsFinite(value))
                    write(writer, value);
                else
                    writer.WriteStringValue(value.ToString(null, CultureInfo.InvariantCulture));
            },
            JsonTokenType.Number,
            JsonTokenType.String);

    /// <summary>Enums as their fields have been met: a type alone does not lead to its descriptor.</summary>
    private sealed class Enums : JsonConverterFactory
    {
        public override bool CanConvert(System.Type typeToConvert) => s_enums.ContainsKey(typeToConvert);

        public override JsonConverter CreateConverter(System.Type typeToConvert, JsonSerializerOptions options) => s_enums[typeToConvert];
    }
}
