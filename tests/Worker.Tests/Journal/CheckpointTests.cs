using System.Text.Json.Nodes;
using Koda.Worker.Context;
using Koda.Worker.Journal;
using Koda.Worker.Loop;
using Koda.Worker.Providers;
using Koda.Worker.Tests.Loop;
using Xunit;

namespace Koda.Worker.Tests.Journal;

public class CheckpointTests
{
    [Fact]
    public async Task What_a_checkpoint_holds_is_what_all_events_before_it_told()
    {
        var journal = new MemoryJournal();
        journal.Talk(1, "question 1", new string('a', 30_000));
        Approve(journal, "one", "always", "approved");
        Approve(journal, "two", "once", "denied");
        Approve(journal, "three", "once", "approved");
        journal.Add(
            "tool.finished",
            new JsonObject
            {
                ["step"] = 1,
                ["call_id"] = "x",
                ["tool"] = "read",
                ["status"] = "ok",
                ["result"] = "text",
                ["truncated"] = false,
                ["duration_ms"] = 1,
                ["path"] = "a.cs",
                ["file_digest"] = "abc",
            });
        journal.Add(
            "todo.changed",
            new JsonObject
            {
                ["items"] = new JsonArray(
                    new JsonObject { ["id"] = "1", ["text"] = "Test it.", ["state"] = "open" }),
            });
        journal.Add("conversation.titled", new JsonObject { ["title"] = "Tests" });
        journal.Talk(2, "question 2", "answer 2");
        journal.Ask(3, "question 3");
        var live = Rebuilt(journal);
        var recorder = new Recorder(journal, live, new Redactor());

        Assert.True(
            await new Compaction(live, recorder, model: null, query: "").Run(window: 10_000, "scripted-1", CancellationToken.None));

        var whole = Rebuilt(journal);
        var shortened = Rebuilt(new MemoryJournal(journal.Events.SkipWhile(recorded => recorded.Kind != "context.compacted")));
        foreach (var conversation in new[] { live, whole, shortened })
        {
            Assert.Equal(Told(live), Told(conversation));
            Assert.Equal("abc", conversation.FileDigest("a.cs"));
            Assert.True(conversation.Titled);
            Assert.Equal("Test it.", Assert.Single(conversation.Todo).Text);
            Assert.Contains("- Test it. (open)", conversation.Messages[0].Text);
            Assert.Equal(3, conversation.Message!.Turn);
            Assert.False(conversation.Begun);
            Assert.True(conversation.Approvals.ForTool("bash-one")!.Approved);
            Assert.Null(conversation.Approvals.Find("three", "digest-three"));
        }
        var kept = Assert.Single(journal.Payloads("context.compacted"))["checkpoint"]!["kept"]!
            .AsArray()
            .Select(entry => entry!["kind"]!.GetValue<string>());
        Assert.Equal(["approval.requested", "approval.answered", "approval.requested", "approval.answered", "todo.changed"], kept);
    }

    [Fact]
    public void The_newest_snapshots_are_kept_without_their_files()
    {
        var kept = new KeptEvents();
        for (var i = 0; i < 5; i++)
            kept.Add("snapshot.taken", $$"""{"commit": "{{i}}", "files": [{"path": "a"}]}""");
        Assert.Equal(
            ["""{"commit":"3","files":[]}""", """{"commit":"4","files":[]}"""],
            kept.All.Select(entry => entry.Payload.ToJsonString()));
    }

    private static string Told(Conversation conversation) =>
        string.Join('\n', conversation.Messages.Select(message => ModelMessageJson.Write(message).ToJsonString()));

    private static Conversation Rebuilt(MemoryJournal journal)
    {
        var conversation = new Conversation();
        foreach (var recorded in journal.Events)
            conversation.Apply(recorded);
        return conversation;
    }

    private static void Approve(MemoryJournal journal, string call, string scope, string decision)
    {
        journal.Add(
            "approval.requested",
            new JsonObject
            {
                ["approval_id"] = $"apr-{call}",
                ["call_id"] = call,
                ["tool"] = $"bash-{call}",
                ["arguments"] = new JsonObject(),
                ["preview"] = "long",
                ["risk"] = "low",
                ["digest"] = $"digest-{call}",
                ["expires_at"] = "2026-01-01T00:00:00Z",
            });
        journal.Add(
            "approval.answered",
            new JsonObject
            {
                ["approval_id"] = $"apr-{call}",
                ["call_id"] = call,
                ["decision"] = decision,
                ["by"] = "ann",
                ["scope"] = scope,
            });
        journal.Add(
            "tool.finished",
            new JsonObject
            {
                ["step"] = 1,
                ["call_id"] = call,
                ["tool"] = "bash",
                ["status"] = "ok",
                ["result"] = "",
                ["truncated"] = false,
                ["duration_ms"] = 1,
            });
    }
}
