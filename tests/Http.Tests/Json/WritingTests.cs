using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Koda.Server.Http.Json;
using Koda.Http.Tests.Kinds;
using Xunit;

namespace Koda.Http.Tests.Json;

public class WritingTests
{
    [Fact]
    public void Scalars_are_always_written_under_their_proto_names() =>
        Assert.Equal(
            """{"i32":0,"i64":0,"u32":0,"u64":0,"s32":0,"s64":0,"f32":0,"f64":0,"sf32":0,"sf64":0,"single":0,"wide":0}""",
            MessageJson.ToText(new Numbers()));

    [Fact]
    public void Whole_numbers_are_exact_at_both_ends_of_their_range() =>
        Assert.Equal(
            """{"i32":-2147483648,"i64":9007199254740993,"u32":4294967295,"u64":18446744073709551615,"s32":-1,"s64":-9223372036854775808,"f32":7,"f64":8,"sf32":-9,"sf64":-10,"single":1.5,"wide":0.1}""",
            MessageJson.ToText(new Numbers
            {
                I32 = int.MinValue,
                I64 = 9007199254740993,
                U32 = uint.MaxValue,
                U64 = ulong.MaxValue,
                S32 = -1,
                S64 = long.MinValue,
                F32 = 7,
                F64 = 8,
                Sf32 = -9,
                Sf64 = -10,
                Single = 1.5f,
                Wide = 0.1,
            }));

    [Fact]
    public void Numbers_that_are_not_finite_are_strings()
    {
        Assert.Contains("\"wide\":\"NaN\"", MessageJson.ToText(new Numbers { Wide = double.NaN }), StringComparison.Ordinal);
        Assert.Contains(
            "\"single\":\"-Infinity\"", MessageJson.ToText(new Numbers { Single = float.NegativeInfinity }), StringComparison.Ordinal);
    }

    [Fact]
    public void Unset_fields_are_left_out_unless_null_is_asked_for() =>
        Assert.Equal(
            """{"text":"","blob":"","flag":false,"colour":"unspecified","maybe_number":null,"raw_or_null":null}""",
            MessageJson.ToText(new Texts()));

    [Fact]
    public void Set_optional_fields_are_written_even_when_they_equal_the_default() =>
        Assert.Equal(
            """{"text":"ü\n\"","blob":"AP8=","flag":true,"colour":"red","maybe_text":"","maybe_number":0,"raw_or_null":null}""",
            MessageJson.ToText(new Texts
            {
                Text = "ü\n\"",
                Blob = ByteString.CopyFrom(0, 255),
                Flag = true,
                Colour = Colour.Red,
                MaybeText = "",
                MaybeNumber = 0,
            }));

    [Fact]
    public void An_enum_value_takes_the_spelling_of_its_option_and_an_unknown_one_its_number()
    {
        Assert.Contains("\"colour\":\"navy\"", MessageJson.ToText(new Texts { Colour = Colour.DarkBlue }), StringComparison.Ordinal);
        Assert.Contains("\"colour\":77", MessageJson.ToText(new Texts { Colour = (Colour)77 }), StringComparison.Ordinal);
    }

    [Fact]
    public void Raw_json_is_written_digit_for_digit()
    {
        var text = MessageJson.ToText(new Texts { Raw = """{"n":9007199254740993.10,"e":1e400}""", RawOrNull = "[]" });

        Assert.Contains("""
            "raw":{"n":9007199254740993.10,"e":1e400},"raw_or_null":[]
            """, text, StringComparison.Ordinal);
    }

    [Fact]
    public void Text_that_is_not_json_is_never_written_as_raw_json()
    {
        Assert.ThrowsAny<Exception>(() => MessageJson.ToText(new Texts { Raw = "{broken" }));

        Assert.StartsWith("""{"text":"next" """.TrimEnd(), MessageJson.ToText(new Texts { Text = "next" }), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 0, "1970-01-01T00:00:00Z")]
    [InlineData(1767225600, 0, "2026-01-01T00:00:00Z")]
    [InlineData(1767225600, 120_999_999, "2026-01-01T00:00:00.120Z")]
    [InlineData(-1, 500_000_000, "1969-12-31T23:59:59.500Z")]
    public void Times_have_three_digits_of_fraction_or_none(long seconds, int nanos, string expected) =>
        Assert.Contains(
            $"\"time\":\"{expected}\"",
            MessageJson.ToText(
                new WellKnown { Time = new Timestamp { Seconds = seconds, Nanos = nanos } }),
            StringComparison.Ordinal);

    [Theory]
    [InlineData(1767225600, 0, "2026-01-01T00:00:00Z")]
    [InlineData(1767225600, 120_000_000, "2026-01-01T00:00:00.120Z")]
    [InlineData(1767225600, 123_456_000, "2026-01-01T00:00:00.123456Z")]
    [InlineData(1767225600, 1_000, "2026-01-01T00:00:00.000001Z")]
    [InlineData(-1, 999_999_999, "1969-12-31T23:59:59.999999999Z")]
    public void Exact_times_keep_all_their_digits(long seconds, int nanos, string expected) =>
        Assert.Contains(
            $"\"exact\":\"{expected}\"",
            MessageJson.ToText(
                new WellKnown { Exact = new Timestamp { Seconds = seconds, Nanos = nanos } }),
            StringComparison.Ordinal);

    [Fact]
    public void A_mask_is_its_paths() =>
        Assert.Equal(
            """{"mask":"name,tree.left","times":[]}""",
            MessageJson.ToText(new WellKnown { Mask = new FieldMask { Paths = { "name", "tree.left" } } }));

    [Fact]
    public void Lists_maps_and_oneofs_are_plain_json() =>
        Assert.Equal(
            """{"numbers":[1,9007199254740993],"colours":["red"],"labels":{"a b":"c"},"by_number":{"-5":"navy"},"number":0}""",
            MessageJson.ToText(new Collections
            {
                Numbers = { 1, 9007199254740993 },
                Colours = { Colour.Red },
                Labels = { ["a b"] = "c" },
                ByNumber = { [-5] = Colour.DarkBlue },
                Number = 0,
            }));
}
