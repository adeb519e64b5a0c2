using System.Text;
using Google.Protobuf.Reflection;
using Koda.Server.Http.Json;
using Koda.Http.Tests.Kinds;
using Xunit;

namespace Koda.Http.Tests.Json;

public class StrictnessTests
{
    [Fact]
    public void All_faults_are_reported_together_with_their_paths()
    {
        var issues = Issues(Tree.Descriptor, """
            {"name":5,"left":{"nme":"x","children":[{},{"name":[1,{"deep":true}]},7]},"named":{"k":{"pinned":"p"}},"extra":{"a":[1,2]},"children":{}}
            """);

        Assert.Equal(
            [
                ("name", "must be a string"),
                ("left.nme", "is not a field of this request"),
                ("left.children[1].name", "must be a string"),
                ("left.children[2]", "must be an object"),
                ("named.k.pinned", "must be an object"),
                ("extra", "is not a field of this request"),
                ("children", "must be a list"),
            ],
            issues);
    }

    [Theory]
    [InlineData("""{"i32":2147483648}""", "i32", "must be a whole number from -2147483648 to 2147483647")]
    [InlineData("""{"u64":-1}""", "u64", "must be a whole number from 0 to 18446744073709551615")]
    [InlineData("""{"i64":1.5}""", "i64", "must be a whole number from -9223372036854775808 to 9223372036854775807")]
    [InlineData("""{"i64":9223372036854775808}""", "i64", "must be a whole number from -9223372036854775808 to 9223372036854775807")]
    [InlineData("""{"i32":true}""", "i32", "must be a whole number from -2147483648 to 2147483647")]
    [InlineData("""{"i32":" 1"}""", "i32", "must be a whole number from -2147483648 to 2147483647")]
    [InlineData("""{"single":1e40}""", "single", "must be a number within the range of a 32-bit float")]
    [InlineData("""{"wide":1e400}""", "wide", "must be a number within the range of a 64-bit float")]
    public void Numbers_out_of_range_say_their_range(string json, string path, string message) =>
        Assert.Equal([(path, message)], Issues(Numbers.Descriptor, json));

    [Theory]
    [InlineData("""{"flag":"true"}""", "flag", "must be true or false")]
    [InlineData("""{"colour":"green"}""", "colour", "must be one of red, navy")]
    [InlineData("""{"colour":9}""", "colour", "must be one of red, navy")]
    [InlineData("""{"blob":"*"}""", "blob", "must be base64 text")]
    [InlineData("""{"text":"\ud800"}""", "text", "must be valid Unicode text")]
    [InlineData("""{"text":"a","text":"b"}""", "text", "is given twice")]
    [InlineData("""{"maybe_text":"a","maybeText":"b"}""", "maybe_text", "is given twice")]
    [InlineData("[]", "", "must be an object")]
    [InlineData("null", "", "must be an object")]
    public void Each_fault_has_a_clear_message(string json, string path, string message) =>
        Assert.Equal([(path, message)], Issues(Texts.Descriptor, json));

    [Theory]
    [InlineData("""{"time":"2026-01-31T12:00:00"}""", "time")]
    [InlineData("""{"time":"2026-02-30T12:00:00Z"}""", "time")]
    [InlineData("""{"time":"2026-01-31T12:00:00.Z"}""", "time")]
    [InlineData("""{"time":1769853600}""", "time")]
    [InlineData("""{"mask":"a,b-c"}""", "mask")]
    [InlineData("""{"times":["now"]}""", "times[0]")]
    public void Well_known_types_are_checked(string json, string path) =>
        Assert.Equal([path], Issues(WellKnown.Descriptor, json).Select(issue => issue.Path));

    [Theory]
    [InlineData("""{"word":"a","number":1}""", "number", "must not be given together with another field of choice")]
    [InlineData(
        """{"by_number":{"x":"red"}}""",
        "by_number.x",
        "has a key that must be a whole number from -9223372036854775808 to 9223372036854775807")]
    [InlineData("""{"labels":{"a":"1","a":"2"}}""", "labels.a", "is given twice")]
    [InlineData("""{"numbers":[1,null]}""", "numbers[1]", "must be a whole number from -9223372036854775808 to 9223372036854775807")]
    public void Oneofs_maps_and_lists_are_checked(string json, string path, string message) =>
        Assert.Equal([(path, message)], Issues(Collections.Descriptor, json));

    [Fact]
    public void A_hostile_body_gives_a_bounded_number_of_faults() =>
        Assert.Equal(
            100,
            Issues(Collections.Descriptor, $$"""{"numbers":[{{string.Join(',', Enumerable.Repeat("true", 5000))}}]}""").Count);

    [Theory]
    [InlineData("{\"name\":\n tru}", "(line 2, byte 5)")]
    [InlineData("{\"name\":\"a\"", "(line 1, byte 12)")]
    [InlineData("", "(line 1, byte 1)")]
    [InlineData("{} {}", "(line 1, byte 4)")]
    [InlineData("{\"name\":\"a\",}", "(line 1, byte 13)")]
    public void Malformed_json_says_where(string json, string position)
    {
        var fault = Assert.Throws<RpcFault>(() => MessageJson.Read(Tree.Descriptor, Encoding.UTF8.GetBytes(json), []));

        Assert.EndsWith(position, fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("LineNumber", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Deep_nesting_is_refused_in_messages_and_in_raw_json()
    {
        var deep = string.Concat(Enumerable.Repeat("{\"left\":", 70)) + "{}" + new string('}', 70);
        Assert.Throws<RpcFault>(() => MessageJson.Read(Tree.Descriptor, Encoding.UTF8.GetBytes(deep), []));
        var raw = "{\"raw\":" + new string('[', 70) + new string(']', 70) + "}";
        Assert.Throws<RpcFault>(() => MessageJson.Read(Texts.Descriptor, Encoding.UTF8.GetBytes(raw), []));
    }

    [Fact]
    public void Bytes_that_are_not_utf8_are_refused() =>
        Assert.Throws<RpcFault>(() => MessageJson.Read(Texts.Descriptor, (byte[])[.. "{\"text\":\""u8, 0xff, .. "\"}"u8], []));

    private static List<(string Path, string Message)> Issues(MessageDescriptor type, string json)
    {
        var issues = new List<FieldFault>();
        MessageJson.Read(type, Encoding.UTF8.GetBytes(json), issues);
        return [.. issues.Select(issue => (issue.Field, issue.Problem))];
    }
}
