using Koda.Contract.Tests.Journeys;
using Koda.Testing.Hosting;
using Xunit;

namespace Koda.Contract.Tests.Code;

public sealed class SessionTests(KodaFixture koda) : IClassFixture<KodaFixture>
{
    private KodaHost Host => koda.Host;

    [Fact]
    public async Task A_session_is_created_listed_changed_and_deleted()
    {
        var created = await Host.Rest.Post("/sessions", """{"agent_id":"engineer"}""");
        var id = created["id"];

        Assert.Equal((201, "engineer", "0"), (created.Status, created["agent_id"], created.Json.At("cost")));
        var patched = await Host.Rest.Patch($"/sessions/{id}", """{"agent_id":"explorer","title":"Renamed"}""");
        Assert.Equal((200, "explorer", "Renamed"), (patched.Status, patched["agent_id"], patched["title"]));
        Assert.Equal(id, (await Host.Rest.Get("/sessions")).Json.AsArray()[0]!.At("id"));
        Assert.Equal(204, (await Host.Rest.Delete($"/sessions/{id}")).Status);
        (await Host.Rest.Get($"/sessions/{id}")).IsRefused(404, "conversation.not_found");
        (await Host.Rest.Get($"/sessions/{id}/messages")).IsRefused(404, "conversation.not_found");
        (await Host.Rest.Delete($"/sessions/{id}")).IsRefused(404, "conversation.not_found");
        Assert.DoesNotContain(id, (await Host.Rest.Get("/sessions")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Many_sessions_are_listed_page_by_page_and_each_page_is_an_array()
    {
        var workspace = Path.Combine(Host.Workspace, "listed");
        Directory.CreateDirectory(workspace);
        var sessions = new List<string>();
        for (var i = 0; i < 5; i++)
            sessions.Add(await Host.NewSession("explorer", workspace));
        var list = $"/sessions?workspace={Uri.EscapeDataString(workspace)}&limit=2";

        var (found, cursor) = (new List<string>(), "");
        do
        {
            var page = await Host.Rest.Get(list + (cursor.Length > 0 ? $"&cursor={cursor}" : ""));
            found.AddRange(page.Json.AsArray().Select(session => session!.At("id")));
            cursor = page.Headers.TryGetValues("Next-Cursor", out var next) ? next.Single() : "";
        }
        while (cursor.Length > 0);

        Assert.Equal(Enumerable.Reverse(sessions), found);
        Assert.Equal(found, await Host.Client.Sessions.ListAsync(workspace).Select(session => session.Id).ToListAsync());
        (await Host.Rest.Get("/sessions?cursor=none")).IsRefused(400, "cursor.invalid");
        (await Host.Rest.Get("/sessions?limit=-1")).IsRefused(400, "request.invalid").BlamesFields("limit");
    }

    [Fact]
    public async Task What_there_is_not_cannot_be_chosen()
    {
        var refused = await Host.Rest.Post("/sessions", """{"agent_id":"nobody","model_id":"nowhere/none","workspace":"here"}""");

        refused.IsRefused(400, "request.invalid").BlamesFields("agent_id", "model_id", "workspace");
        Assert.Contains("'nobody'", refused["message"], StringComparison.Ordinal);
        Assert.Equal(refused["message"], refused["error"]);
        var session = await Host.NewSession("explorer");
        (await Host.Rest.Patch($"/sessions/{session}", """{"model_id":"nowhere/none"}"""))
            .IsRefused(400, "request.invalid")
            .BlamesFields("model_id");
        Assert.Equal("offline/any", (await Host.Rest.Patch($"/sessions/{session}", """{"model_id":"offline/any"}"""))["model_id"]);
        Assert.Equal("", (await Host.Rest.Patch($"/sessions/{session}", """{"model_id":null}"""))["model_id"]);
    }

    [Fact]
    public async Task A_session_that_changed_no_file_has_no_difference_and_nothing_to_undo()
    {
        var session = await Host.NewSession("explorer");

        var diff = (await Host.Rest.Get($"/sessions/{session}/diff")).Json;
        Assert.Equal(("", 0), (diff.At("diff"), diff["files"]!.AsArray().Count));
        var nothing = await Host.Rest.Post($"/sessions/{session}/undo");
        nothing.IsRefused(404, "snapshot.not_found");
        Assert.StartsWith("There is nothing to undo", nothing["message"], StringComparison.Ordinal);

        await Host.Rest.Put("/settings/session.snapshot", """{"value":"false"}""");
        var off = await Host.Rest.Get($"/sessions/{session}/diff");
        await Host.Rest.Put("/settings/session.snapshot", """{"value":"true"}""");
        off.IsRefused(404, "snapshot.not_found");
        Assert.Contains("session.snapshot", off["message"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_same_key_creates_one_session()
    {
        var first = await Host.Rest.Post("/sessions", """{"agent_id":"engineer"}""", ("Idempotency-Key", "one-session"));
        var second = await Host.Rest.Post("/sessions", """{"agent_id":"engineer"}""", ("Idempotency-Key", "one-session"));

        Assert.Equal((first.Status, first["id"]), (second.Status, second["id"]));
    }

    [Fact]
    public async Task A_branch_has_the_messages_up_to_one_and_costs_nothing_and_goes_its_own_way()
    {
        await using var model = await ScriptedModel.Start(ModelTurn.Say("One."), ModelTurn.Say("Two."), ModelTurn.Say("Three."));
        await Host.Define("branched", model);
        Host.StartWorker(options => options with { AgentIds = ["branched"] });
        var session = await Host.NewSession("branched");
        await Host.Begin(session, "first");
        await Host.Whole(session);
        await Host.Begin(session, "second");
        await Host.Whole(session);
        var point = (await Host.Messages(session))[1].At("id");

        var branch = await Host.Rest.Post($"/sessions/{session}/branch", $$"""{"message_id":"{{point}}"}""");

        Assert.Equal(
            (201, session, point, "0"), (branch.Status, branch["parent_id"], branch["branch_point_message_id"], branch.Json.At("cost")));
        Assert.Equal(["first", "One."], (await Host.Messages(branch["id"])).Select(message => message.At("content")));
        await Host.Begin(branch["id"], "other");
        Assert.Equal("Two.", (await Host.Whole(branch["id"])).First(item => item.Name == "delta").Data.At("content"));
        Assert.Equal(["first", "One.", "other", "Two."], (await Host.Messages(branch["id"])).Select(message => message.At("content")));
        Assert.Equal(["first", "One.", "second", "Two."], (await Host.Messages(session)).Select(message => message.At("content")));
        (await Host.Rest.Post($"/sessions/{session}/branch", """{"message_id":"msg_1"}""")).IsRefused(404, "message.not_found");
        await Host.Rest.Delete($"/sessions/{session}");
        Assert.Equal(
            ("", ""),
            (
                (await Host.Rest.Get($"/sessions/{branch["id"]}"))["parent_id"],
                (await Host.Rest.Get($"/sessions/{branch["id"]}"))["branch_point_message_id"]));
    }
}
