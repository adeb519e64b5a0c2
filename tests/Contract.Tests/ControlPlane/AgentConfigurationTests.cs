using Koda.Contract.Tests.Journeys;
using Koda.Contract.Tests.Runtime;
using Koda.Testing.Hosting;
using Xunit;

namespace Koda.Contract.Tests.ControlPlane;

public sealed class AgentConfigurationTests(WorkingKodaFixture koda) : IClassFixture<WorkingKodaFixture>
{
    private const string Agents = "/api/control-plane/agents";

    private KodaHost Host => koda.Host;

    [Fact]
    public async Task An_agent_grows_from_a_draft_to_an_answer()
    {
        var created = await Host.Rest.Post(Agents, """{"agent_id": "Newcomer", "definition": {"name": "New", "tools": ["read"]}}""");
        var edited = await Patch(
            "newcomer",
            """{"provider": {"kind": "offline"}, "tools": ["list", "read", "grep"], "limits": {"max_iterations": 5}}"""
        );
        var published = await Host.Rest.Post($"{Agents}/newcomer/publish");
        var task = await Host.Submit("NEWCOMER", "What is here?");

        Assert.Equal(
            (201, "Newcomer", "draft", 0),
            (created.Status, created["agent_id"], created["state"], created.Json["version"]!.GetValue<int>()));
        Assert.True(created.Json.AsObject().ContainsKey("published") && created.Json["published"] is null);
        Assert.Equal(
            (200, "New", "offline"), (edited.Status, edited.Json["draft"]!.At("name"), edited.Json["draft"]!.At("provider", "kind")));
        Assert.Equal(
            (200, "Newcomer", "1", "1"),
            (published.Status, published["agent_id"], published.Json.At("version"), published.Json.At("applied_version")));
        Assert.Equal("completed", (await Host.Follow(task)).At("status"));
    }

    [Fact]
    public async Task A_patch_changes_what_it_names_and_clears_what_it_nulls()
    {
        await Host.Rest.Post(Agents, """
            {"agent_id": "patched", "definition": {"name": "A", "description": "B", "limits": {"max_tokens": 7, "max_iterations": 3}, "tools": ["read", "list"]}}
            """);

        var reply = await Patch(
            "patched",
            """{"description": null, "limits": {"max_tokens": 9, "max_iterations": null}, "tools": ["grep"]}"""
        );

        var draft = reply.Json["draft"]!;
        Assert.Equal(
            ("A", "", "9", "0", """["grep"]"""),
            (
                draft.At("name"),
                draft.At("description"),
                draft.At("limits", "max_tokens"),
                draft.At("limits", "max_iterations"),
                draft["tools"]!.ToJsonString()));
    }

    [Fact]
    public async Task A_stale_edit_is_a_conflict_by_query_and_by_header()
    {
        var etag = (await Host.Rest.Post(Agents, """{"agent_id": "contended"}"""))["etag"];
        await Patch("contended", """{"name": "first"}""");

        var byQuery = await Patch("contended", """{"name": "second"}""", $"?etag={etag}");
        var byHeader = await Patch("contended", """{"name": "second"}""", "", $"\"{etag}\"");
        var merged = await Patch("contended", """{"description": "no condition"}""");

        Assert.Equal((409, "agent.conflict"), (byQuery.Status, byQuery["code"]));
        Assert.Equal((409, "agent.conflict"), (byHeader.Status, byHeader["code"]));
        Assert.Equal(("first", "no condition"), (merged.Json["draft"]!.At("name"), merged.Json["draft"]!.At("description")));
    }

    [Fact]
    public async Task Creating_twice_with_one_key_is_one_creation_and_without_it_a_conflict()
    {
        const string body = """{"agent_id": "once"}""";

        var first = await Host.Rest.Post(Agents, body, ("Idempotency-Key", "k-1"));
        var again = await Host.Rest.Post(Agents, body, ("Idempotency-Key", "k-1"));
        var other = await Host.Rest.Post(Agents, body);

        Assert.Equal((201, 201, first.Text), (first.Status, again.Status, again.Text));
        Assert.Equal((409, "agent.conflict"), (other.Status, other["code"]));
    }

    [Fact]
    public async Task What_a_state_does_not_allow_is_refused_and_what_it_allows_is_shown()
    {
        await Host.Rest.Post(Agents, """{"agent_id": "stateful", "definition": {"provider": {"kind": "offline"}}}""");
        foreach (var act in new[] { "activate", "pause", "archive" })
            Assert.Equal((409, "agent.state_conflict"), await Act("stateful", act));

        await Host.Rest.Post($"{Agents}/stateful/publish");
        Assert.Equal((200, "paused"), await Act("stateful", "activate", """{"active": false}"""));
        Assert.Equal((200, "active"), await Act("stateful", "activate"));
        Assert.Equal((200, "paused"), await Act("stateful", "pause"));
        Assert.Equal((200, "archived"), await Act("stateful", "archive"));
        Assert.Equal((409, "agent.state_conflict"), await Act("stateful", "publish"));
        Assert.Equal("archived", (await Host.Rest.Get("/api/runtime/agents/stateful"))["state"]);
        Assert.Equal((200, "active"), await Act("stateful", "activate"));
        Assert.Equal(200, (await Send(HttpMethod.Delete, "stateful")).Status);
        Assert.Equal(200, (await Send(HttpMethod.Delete, "stateful")).Status);
        Assert.Equal((404, "agent.not_found"), await Act("stateful", "activate"));
    }

    [Fact]
    public async Task A_draft_with_errors_is_not_published_and_every_one_is_named()
    {
        await Host.Rest.Post(
            Agents,
            """{"agent_id": "faulty", "definition": {"tools": ["fly"], "provider": {"kind": "openai"}, "retry": {"max_attempts": 500}}}"""
        );

        var blocked = await Host.Rest.Post($"{Agents}/faulty/publish");
        var shown = await Host.Rest.Get($"{Agents}/faulty");
        var refused = await Patch("faulty", """{"permissions": [{"tool": "fly", "action": "maybe"}]}""");

        Assert.Equal((400, "agent.publish_blocked"), (blocked.Status, blocked["code"]));
        foreach (var path in new[] { "tools[0]", "provider.api_key", "retry.max_attempts" })
        {
            Assert.Contains(path, blocked.Text, StringComparison.Ordinal);
            Assert.Contains(shown.Json["validation"]!["errors"]!.AsArray(), error => error!.At("path") == path);
        }
        Assert.Equal((400, "agent.invalid"), (refused.Status, refused["code"]));
        Assert.Contains("permissions[0].action", refused.Text, StringComparison.Ordinal);
        Assert.Contains("tools[0]", refused.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Lists_page_and_filter_by_state_and_text()
    {
        foreach (var id in new[] { "zz-1", "zz-2", "zz-3" })
            await Host.Rest.Post(Agents, $$$"""{"agent_id": "{{{id}}}", "definition": {"description": "Zebra {{{id}}}"}}""");

        var first = await Host.Rest.Get($"{Agents}?q=ZEBRA&limit=2");
        var second = await Host.Rest.Get($"{Agents}?q=ZEBRA&limit=2&cursor={first["next_cursor"]}");
        var active = await Host.Rest.Get($"{Agents}?q=zebra&state=active");

        Assert.Equal(["zz-1", "zz-2"], first.Json["items"]!.AsArray().Select(item => item!.At("agent_id")));
        Assert.Equal(["zz-3"], second.Json["items"]!.AsArray().Select(item => item!.At("agent_id")));
        Assert.Empty(active.Json["items"]!.AsArray());
    }

    private Task<RestReply> Patch(string agent, string json, string query = "", string? ifMatch = null) =>
        Send(HttpMethod.Patch, agent + query, json, ifMatch);

    private async Task<RestReply> Send(HttpMethod method, string agent, string? json = null, string? ifMatch = null)
    {
        using var request = new HttpRequestMessage(method, $"{Agents}/{agent}");
        if (json is not null)
            request.Content = new StringContent(json, System.Text.Encoding.UTF8, "application/json");
        if (ifMatch is not null)
            request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        return await Host.Rest.Send(request);
    }

    private async Task<(int Status, string Result)> Act(string agent, string act, string json = "{}")
    {
        var reply = await Host.Rest.Post($"{Agents}/{agent}/{act}", json);
        return (reply.Status, reply.Status == 200 ? reply["state"] : reply["code"]);
    }
}
