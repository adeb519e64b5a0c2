using Koda.Cli.Agents;

namespace Koda.Cli.Tests.Agents;

public sealed class AgentFileTests
{
    private const string Whole = """
        id: reviewer
        name: Reviewer
        model: gpt-4.1-mini
        provider:
          kind: openai
          base_url: http://localhost:4000/v1
          api_key: ${KEY}
          options: {temperature: 0.2, seed: 7, stop: ["END"], note: "7"}
        system_prompt: |
          Line one.
          Line two.
        tools: [read, bash]
        permissions:
          - {tool: bash, pattern: "npm test*", action: allow}
        limits: {max_iterations: 30, max_tokens: 9000000000, max_cost_usd: 0.5}
        retry: {max_attempts: 2, non_retryable: [provider.refused]}
        """;

    [Fact]
    public void Every_field_of_the_contract_can_be_written()
    {
        var (id, agent) = Parse(Whole);

        Assert.Equal("reviewer", id);
        Assert.Equal("Line one.\nLine two.\n", agent.SystemPrompt);
        Assert.Equal(["read", "bash"], agent.Tools);
        Assert.Equal("npm test*", agent.Permissions.Single().Pattern);
        Assert.Equal(9_000_000_000, agent.Limits.MaxTokens);
        Assert.Equal(0.5, agent.Limits.MaxCostUsd);
        Assert.Equal(["provider.refused"], agent.Retry.NonRetryable);
        Assert.Equal("""{"temperature":0.2,"seed":7,"stop":["END"],"note":"7"}""", agent.Provider.Options);
    }

    [Fact]
    public void An_API_key_is_taken_from_the_environment() => Assert.Equal("s3cret", Parse(Whole).Definition.Provider.ApiKey);

    [Fact]
    public void Only_API_keys_are_expanded() =>
        Assert.Equal("Say ${KEY}", Parse("id: a\nsystem_prompt: Say ${KEY}").Definition.SystemPrompt);

    [Fact]
    public void JSON_is_read_as_well() =>
        Assert.Equal("offline", Parse("""{"id": "a", "provider": {"kind": "offline"}}""").Definition.Provider.Kind);

    [Theory]
    [InlineData("id: a\ntols: [read]", 2, "unknown key 'tols'")]
    [InlineData("id: a\nlimits:\n  max_iteration: 3", 3, "max_iterations")]
    [InlineData("id: a\nlimits:\n  max_iterations: many", 3, "must be a whole number")]
    [InlineData("id: a\ntools: read", 2, "must be a list")]
    [InlineData("id: a\nprovider: openai", 2, "must be a mapping")]
    [InlineData("id: a\nname: [x]", 2, "must be a text")]
    [InlineData("name: a", 1, "'id' is missing")]
    [InlineData("", 1, "empty")]
    [InlineData("- a", 1, "one mapping")]
    [InlineData("id: a\ntools: [\nmodel: [\"(\"]", 1, "not closed")]
    [InlineData("id: a\n---\nid: b", 3, "one agent")]
    [InlineData("id: a\nid: b", 2, "Duplicate")]
    [InlineData("id: a\nprovider:\n  api_key: ${NOWHERE}", 3, "NOWHERE is not set")]
    public void A_fault_is_named_with_its_line(string text, long line, string says)
    {
        var fault = Assert.Throws<AgentFileException>(() => Parse(text));

        Assert.Equal(line, fault.Line);
        Assert.Contains(says, fault.Message);
    }

    private static AgentFile Parse(string text) => AgentFile.Parse(text, name => name == "KEY" ? "s3cret" : null);
}
