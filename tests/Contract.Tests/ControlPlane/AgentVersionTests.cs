using Koda.Contract.Tests.Journeys;
using Koda.Testing.Hosting;
using Xunit;

namespace Koda.Contract.Tests.ControlPlane;

public sealed class AgentVersionTests(KodaFixture koda) : IClassFixture<KodaFixture>
{
    private const string Agents = "/api/control-plane/agents";

    private KodaHost Host => koda.Host;

    [Fact]
    public async Task Versions_are_listed_compared_and_gone_back_to()
    {
        await Publish("history", """{"name": "One", "tools": ["read"], "limits": {"max_tokens": 100}}""");
        await Publish("history", """{"name": "Two", "tools": ["read", "grep"], "limits": {"max_tokens": 100}}""");
        await Host.Rest.Put($"{Agents}/history/sections/identity", """{"name": "Three"}""");

        var newest = await Host.Rest.Get($"{Agents}/history/versions?limit=1");
        var older = await Host.Rest.Get($"{Agents}/history/versions?limit=1&cursor={newest["next_cursor"]}");
        var first = await Host.Rest.Get($"{Agents}/history/versions/1");
        var between = await Host.Rest.Get($"{Agents}/history/diff?from=1&to=2");
        var unpublished = await Host.Rest.Get($"{Agents}/history/diff");
        var back = await Host.Rest.Post($"{Agents}/history/rollback", """{"version": 1}""");
        var after = await Host.Rest.Get($"{Agents}/history");

        Assert.Equal(("2", "1"), (newest.Json["items"]![0]!.At("version"), older.Json["items"]![0]!.At("version")));
        Assert.Equal("One", first.Json.At("definition", "name"));
        Assert.Equal(
            """[{"path":"name","before":"One","after":"Two"},{"path":"tools","before":["read"],"after":["read","grep"]}]""",
            between.Json["changes"]!.ToJsonString());
        Assert.Equal("""[{"path":"name","before":"Two","after":"Three"}]""", unpublished.Json["changes"]!.ToJsonString());
        Assert.Equal((200, "3", "Rolled back to version 1. Changed name, tools."), (back.Status, back.Json.At("version"), back["summary"]));
        Assert.Equal(("One", "Three", "true"), (
            after.Json.At("published", "name"), after.Json.At("draft", "name"), after.Json.At("has_unpublished_changes")));
    }

    [Fact]
    public async Task What_is_no_version_is_named_so()
    {
        await Host.Rest.Post(Agents, """{"agent_id": "young"}""");

        foreach (var path in new[] { "versions/1", "diff?from=7", "diff" })
        {
            var reply = await Host.Rest.Get($"{Agents}/young/{path}");
            Assert.Equal((404, "agent.version_not_found"), (reply.Status, reply["code"]));
        }
        var back = await Host.Rest.Post($"{Agents}/young/rollback", """{"version": 1}""");
        Assert.Equal((404, "agent.version_not_found"), (back.Status, back["code"]));
        var odd = await Host.Rest.Get($"{Agents}/young/diff?from=draft&to=yesterday");
        Assert.Equal((400, "request.invalid"), (odd.Status, odd["code"]));
        Assert.Empty((await Host.Rest.Get($"{Agents}/young/diff?from=draft&to=draft")).Json["changes"]!.AsArray());
    }

    [Fact]
    public async Task Every_section_is_read_and_replaced_alone()
    {
        var contents = new Dictionary<string, string>
        {
            ["identity"] = """{"name":"N","description":"D"}""",
            ["prompt"] = """{"system_prompt":"P"}""",
            ["model"] = """{"model":"m","provider":{"kind":"offline","base_url":"","api_key":"","options":{},"connection":""}}""",
            ["tools"] = """{"tools":["list"]}""",
            ["memory"] = """{"memory_scope":"team"}""",
            ["route"] = """{"route":{"role":"counter","tags":["gpu"],"worker_id":""}}""",
            ["skills"] = """{"skills":["*"]}""",
            ["permissions"] = """{"permissions":[{"tool":"list","pattern":"","action":"allow"}]}""",
        };
        var created = await Host.Rest.Post(
            Agents,
            """{"agent_id": "sectioned", "definition": {"limits": {"max_tokens": 1}, "description": "goes"}}"""
        );

        foreach (var (section, content) in contents)
        {
            var put = await Host.Rest.Put($"{Agents}/sectioned/sections/{section}", content);
            Assert.True(put.Status == 200, put.Text);
            Assert.Equal(content, (await Host.Rest.Get($"{Agents}/sectioned/sections/{section}")).Json["content"]!.ToJsonString());
        }
        var limits = await Host.Rest.Put(
            $"{Agents}/sectioned/sections/limits",
            """{"limits": {"max_iterations": 9}, "retry": {"max_attempts": 2}}"""
        );

        Assert.Equal(
            [.. contents.Keys.Append("limits").Order()],
            created.Json["sections"]!.AsArray().Select(name => name!.GetValue<string>()).Order());
        Assert.Equal(
            ("9", "0", "2"),
            (
                limits.Json.At("content", "limits", "max_iterations"),
                limits.Json.At("content", "limits", "max_tokens"),
                limits.Json.At("content", "retry", "max_attempts")));
        var unknown = await Host.Rest.Get($"{Agents}/sectioned/sections/voice");
        Assert.Equal((404, "agent.section_not_found"), (unknown.Status, unknown["code"]));
        var foreign = await Host.Rest.Put($"{Agents}/sectioned/sections/tools", """{"tools": ["read"], "model": "m", "colour": 1}""");
        Assert.Equal((400, "request.invalid"), (foreign.Status, foreign["code"]));
        Assert.Contains("model", foreign.Text, StringComparison.Ordinal);
        Assert.Contains("colour", foreign.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_clone_is_a_draft_without_secrets_and_keys()
    {
        await Host.Rest.Put(
            $"{Agents}/original",
            """{"name": "Original", "tools": ["bash"], "provider": {"kind": "openai", "api_key": "sk-original-123456"}}"""
        );
        await Host.Rest.Put($"{Agents}/original/secrets/token", """{"value": "do-not-copy-me"}""");

        var clone = await Host.Rest.Post($"{Agents}/original/clone", """{"agent_id": "copy", "name": "Copy"}""");
        var checks = await Host.Rest.Post($"{Agents}/copy/publish-checks");

        Assert.Equal(
            (201, "draft", "Copy", """["bash"]"""),
            (clone.Status, clone["state"], clone["name"], clone.Json["draft"]!["tools"]!.ToJsonString()));
        Assert.Empty(clone.Json["secrets"]!.AsArray());
        Assert.Equal("false", checks.Json.At("ok"));
        Assert.Equal(["provider.api_key"], checks.Json["errors"]!.AsArray().Select(error => error!.At("path")));
        Assert.Equal(409, (await Host.Rest.Post($"{Agents}/original/clone", """{"agent_id": "COPY"}""")).Status);
        Assert.Equal(404, (await Host.Rest.Post($"{Agents}/nobody/clone", """{"agent_id": "copy-2"}""")).Status);
    }

    private async Task Publish(string agent, string definition)
    {
        var reply = await Host.Rest.Put($"{Agents}/{agent}", definition);
        Assert.True(reply.Status == 200, reply.Text);
    }
}
