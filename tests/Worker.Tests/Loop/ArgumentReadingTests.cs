using System.Text.Json.Nodes;
using Koda.Worker.Loop;
using Koda.Worker.Providers;
using Xunit;

namespace Koda.Worker.Tests.Loop;

public class ArgumentReadingTests
{
    private static readonly ToolDefinition s_tool = new("t", "Tests.", JsonNode.Parse(
        """
        {"type":"object","required":["path"],"properties":{
          "path":{"type":"string"},"count":{"type":"integer"},"ratio":{"type":"number"},"all":{"type":"boolean"},"either":{"type":["integer","null"]},"free":{"type":["string","integer"]},
          "names":{"type":"array","items":{"type":"string"}},"any":{"anyOf":[{"type":"integer"},{"type":"boolean"}]},
          "edits":{"type":"array","items":{"type":"object","properties":{"line":{"type":"integer"},"text":{"type":"string"}}}},"more":{"type":"object","properties":{"deep":{"type":"boolean"}}}}}
        """)!.AsObject(), ReadOnly: true);

    [Theory]
    [InlineData("""{"count":"2"}""", """{"count":2}""")]
    [InlineData("""{"count":2.0}""", """{"count":2}""")]
    [InlineData("""{"count":"2.0","ratio":"0.5"}""", """{"count":2,"ratio":0.5}""")]
    [InlineData("""{"count":" -7 "}""", """{"count":-7}""")]
    [InlineData("""{"all":"true"}""", """{"all":true}""")]
    [InlineData("""{"all":"False"}""", """{"all":false}""")]
    [InlineData("""{"path":5}""", """{"path":"5"}""")]
    [InlineData("""{"path":true}""", """{"path":"true"}""")]
    [InlineData("""{"names":"[\"a\",\"b\"]"}""", """{"names":["a","b"]}""")]
    [InlineData("""{"edits":"[{\"line\":\"3\",\"text\":\"x\"}]"}""", """{"edits":[{"line":3,"text":"x"}]}""")]
    [InlineData("""{"edits":["{\"line\":\"3\"}"]}""", """{"edits":[{"line":3}]}""")]
    [InlineData("""{"more":"{\"deep\":\"true\"}"}""", """{"more":{"deep":true}}""")]
    [InlineData("""{"any":"4"}""", """{"any":4}""")]
    [InlineData("""{"either":"4"}""", """{"either":4}""")]
    [InlineData("""{"path":"a","count":null}""", """{"path":"a"}""")]
    [InlineData("\"{\\\"path\\\":\\\"a\\\"}\"", """{"path":"a"}""")]
    [InlineData("\"\\\"{\\\\\\\"path\\\\\\\":\\\\\\\"a\\\\\\\"}\\\"\"", """{"path":"a"}""")]
    [InlineData("```json\n{\"path\":\"a\"}\n```", """{"path":"a"}""")]
    [InlineData("""{"path":"a",}""", """{"path":"a"}""")]
    [InlineData("", "{}")]
    [InlineData("null", "{}")]
    public void What_is_plain_is_taken(string given, string taken) => Assert.Equal(taken, Read(given));

    [Theory]
    [InlineData("""{"path":"2","free":"2","either":null}""")]
    [InlineData("""{"path":"{\"a\":1}"}""")]
    [InlineData("""{"path":  "spaces stay" }""")]
    [InlineData("""{"count":"two"}""")]
    [InlineData("""{"count":2.5}""")]
    [InlineData("""{"all":"yes"}""")]
    [InlineData("""{"all":1}""")]
    [InlineData("""{"path":{"a":1}}""")]
    [InlineData("""{"path":"\ud800"}""")]
    [InlineData("""{"\udc00":"x"}""")]
    [InlineData("""{"count":"2","free":[{"a":"\ud800"}]}""")]
    [InlineData("""{"names":"a"}""")]
    [InlineData("""{"unknown":"2"}""")]
    [InlineData("""{"path":"a","path":"b"}""")]
    [InlineData("""{"path":null}""")]
    [InlineData("[1]")]
    [InlineData("{path: oops")]
    [InlineData("""{"path":"a""")]
    public void What_is_not_stays_as_it_is(string given) => Assert.Equal(given, Read(given));

    private static string Read(string arguments) =>
        Assert.Single(ArgumentReading.Of(ModelMessage.Assistant(new ToolCallBlock("c", "t", arguments)), [s_tool]).ToolCalls).Arguments;
}
