using System.Text;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Koda.Server.Http.Json;
using Koda.Http.Tests.Kinds;
using Xunit;

namespace Koda.Http.Tests.Json;

public class ReadingTests
{
    [Fact]
    public void What_is_written_is_read_back()
    {
        RoundTrip(
            new Numbers
            {
                I32 = int.MinValue,
                I64 = 9007199254740993,
                U64 = ulong.MaxValue,
                S64 = long.MinValue,
                Single = 1.5f,
                Wide = double.NaN,
            });
        RoundTrip(
            new Texts
            {
                Text = "ü\n",
                Blob = ByteString.CopyFrom(0, 255, 62),
                Colour = Colour.DarkBlue,
                MaybeText = "",
                MaybeNumber = 3,
                Raw = "[1.00]",
            });
        RoundTrip(
            new Tree { Name = "a", Left = new Tree { Name = "b" }, Children = { new Tree(), new Tree() }, Named = { ["x"] = new Tree() } });
        RoundTrip(
            new Collections
            {
                Numbers = { 1 },
                Colours = { Colour.Red },
                Labels = { ["a"] = "" },
                ByNumber = { [-5] = Colour.Red },
                Word = "",
            });
        RoundTrip(
            new WellKnown
            {
                Time = new Timestamp { Seconds = 5, Nanos = 7_000_000 },
                Mask = new FieldMask { Paths = { "a_b", "c" } },
                Times = { new Timestamp { Seconds = 1 } },
            });
    }

    [Theory]
    [InlineData("""{"maybe_number":5}""")]
    [InlineData("""{"maybeNumber":5}""")]
    public void Both_spellings_of_a_name_are_read(string json) => Assert.Equal(5, Read<Texts>(json).MaybeNumber);

    [Fact]
    public void Fields_of_every_kind_are_read_by_either_spelling() => Assert.Equal(
        new Spelled { FirstOne = 1, RawBlob = ByteString.CopyFrom(1), WideOne = 2, MainColour = Colour.Red, LastOne = 3 },
        Read<Spelled>("""{"first_one":1,"rawBlob":"AQ==","wide_one":2,"mainColour":"red","last_one":3}"""));

    [Theory]
    [InlineData("\"9007199254740993\"", 9007199254740993)]
    [InlineData("9007199254740993", 9007199254740993)]
    [InlineData("1e3", 1000)]
    [InlineData("-5.0", -5)]
    public void Whole_numbers_are_read_from_any_exact_spelling(string json, long expected) =>
        Assert.Equal(expected, Read<Numbers>($$"""{"i64":{{json}}}""").I64);

    [Theory]
    [InlineData("\"red\"", Colour.Red)]
    [InlineData("\"COLOUR_RED\"", Colour.Red)]
    [InlineData("\"navy\"", Colour.DarkBlue)]
    [InlineData("2", Colour.DarkBlue)]
    public void Enums_are_read_by_short_name_long_name_and_number(string json, Colour expected) =>
        Assert.Equal(expected, Read<Texts>($$"""{"colour":{{json}}}""").Colour);

    [Theory]
    [InlineData("-_8", 251, 255)]
    [InlineData("+/8=", 251, 255)]
    public void Bytes_are_read_in_both_alphabets_with_and_without_padding(string text, byte first, byte second) =>
        Assert.Equal(ByteString.CopyFrom(first, second), Read<Texts>($$"""{"blob":"{{text}}"}""").Blob);

    [Theory]
    [InlineData("2026-01-31T12:00:00+02:00", 1769853600, 0)]
    [InlineData("2026-01-31T10:00:00.123456789Z", 1769853600, 123456789)]
    public void Times_are_read_with_offset_and_to_the_nanosecond(string text, long seconds, int nanos) =>
        Assert.Equal(new Timestamp { Seconds = seconds, Nanos = nanos }, Read<WellKnown>($$"""{"time":"{{text}}"}""").Time);

    [Fact]
    public void Null_leaves_a_field_unset()
    {
        var texts = Read<Texts>("""{"text":null,"maybe_text":null,"raw":null,"colour":null}""");

        Assert.Equal(new Texts(), texts);
    }

    [Fact]
    public void Raw_json_is_kept_digit_for_digit_without_the_space_between_tokens()
    {
        var texts = Read<Texts>("""{"raw": { "n" : 9007199254740993.10 , "s":" a\u00e4\" ", "l": [ 1e400, [] , {} ] }}""");

        Assert.Equal("""{"n":9007199254740993.10,"s":" a\u00e4\" ","l":[1e400,[],{}]}""", texts.Raw);
    }

    [Fact]
    public void Escaped_names_are_read() => Assert.Equal("x", Read<Texts>("""{"te\u0078t":"x"}""").Text);

    private static void RoundTrip<T>(T message) where T : IMessage<T>, new() => Assert.Equal(message, Read<T>(MessageJson.ToText(message)));

    private static T Read<T>(string json) where T : IMessage<T>, new()
    {
        var issues = new List<FieldFault>();
        var message = MessageJson.Read(new T().Descriptor, Encoding.UTF8.GetBytes(json), issues);
        Assert.Empty(issues);
        return (T)message;
    }
}
