using System.Text.Json.Nodes;
using Koda.Worker.Providers;
using Xunit;

namespace Koda.Worker.Tests.Providers;

public sealed class ModelMessageJsonTests
{
    public static TheoryData<string> Messages => new(
        """{"role":"user","content":[{"type":"text","text":"hi"}]}""",
        """{"role":"assistant","content":[{"type":"reasoning","text":"hm","signature":"c2ln"},{"type":"text","text":"yes"},{"type":"tool_call","call_id":"c1","tool":"read","arguments":{"path":"a","n":9007199254740993,"x":1.0}}]}""",
        """{"role":"assistant","content":[{"type":"reasoning","text":"","signature":"ZW5j","redacted":true}]}""",
        """{"role":"assistant","content":[{"type":"tool_call","call_id":"c1","tool":"read","arguments":"{broken"}]}""",
        """{"role":"tool","call_id":"c1","tool":"read","content":"text","is_error":true}""");

    [Theory]
    [MemberData(nameof(Messages))]
    public void What_the_journal_holds_is_read_and_written_unchanged(string json)
    {
        var message = ModelMessageJson.Read(JsonNode.Parse(json)!.AsObject());
        Assert.Equal(json, ModelMessageJson.Write(message).ToJsonString());
    }

    [Fact]
    public void Usage_is_read_and_written_unchanged_and_absent_counts_are_zero()
    {
        var usage = new ModelUsage
        {
            InputTokens = 1,
            OutputTokens = 2,
            CachedInputTokens = 3,
            CacheWriteTokens = 4,
            ReasoningTokens = 5,
            CostMicros = 6,
        };
        Assert.Equal(usage, ModelMessageJson.ReadUsage(ModelMessageJson.Write(usage)));
        Assert.Equal(new ModelUsage { InputTokens = 7 }, ModelMessageJson.ReadUsage(new JsonObject { ["input_tokens"] = 7 }));
    }

    [Theory]
    [InlineData("""{"content":[]}""")]
    [InlineData("""{"role":"user"}""")]
    [InlineData("""{"role":"user","content":[{"type":"image"}]}""")]
    [InlineData("""{"role":"user","content":[7]}""")]
    public void What_is_not_a_message_is_refused(string json) =>
        Assert.Throws<FormatException>(() => ModelMessageJson.Read(JsonNode.Parse(json)!.AsObject()));
}
