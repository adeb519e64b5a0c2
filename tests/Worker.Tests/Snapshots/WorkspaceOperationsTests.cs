using System.Runtime.Versioning;
using System.Text.Json.Nodes;
using Koda.Protos.Worker.V1;
using Koda.Worker.Journal;
using Koda.Worker.Loop;
using Koda.Worker.Session;
using Koda.Worker.Snapshots;
using Koda.Worker.Tests.Loop;
using Koda.Worker.Tools;
using Xunit;

namespace Koda.Worker.Tests.Snapshots;

[SupportedOSPlatform("linux")]
public class WorkspaceOperationsTests
{
    [Fact]
    public async Task A_restore_tells_what_it_kept_before_it_and_what_it_changed()
    {
        using var folder = SnapshotFolder.Repository();
        folder.Write("a.txt", "one\n");
        var first = await folder.Take();
        folder.Write("a.txt", "two\n");
        var journal = new MemoryJournal();

        var output = await Completed(
            folder, journal, new WorkspaceOperation { Kind = WorkspaceOperationKind.Restore, Commit = first.Commit, Turn = 1 });

        Assert.Equal(["snapshot.taken", "snapshot.restored"], journal.Events.Select(recorded => recorded.Kind));
        var safety = journal.Payloads("snapshot.taken").Single();
        Assert.Equal((-1, true), (safety["turn"]!.GetValue<long>(), safety["safety"]!.GetValue<bool>()));
        Assert.Equal(
            $$"""{"turn":1,"commit":"{{first.Commit}}","safety_commit":"{{safety["commit"]}}","files":[{"path":"a.txt","change":"modified"}]}""",
            output.ToJsonString());
        Assert.Equal("one\n", folder.Read("a.txt"));
    }

    [Fact]
    public async Task A_comparison_is_the_output()
    {
        using var folder = SnapshotFolder.Repository();
        folder.Write("a.txt", "one\n");
        await folder.Take();
        folder.Write("a.txt", "two\n");

        var output = await Completed(folder, new MemoryJournal(), new WorkspaceOperation { Kind = WorkspaceOperationKind.Diff });

        Assert.Contains("-one\n+two\n", output["text"]!.GetValue<string>());
        Assert.False(output["truncated"]!.GetValue<bool>());
        Assert.Equal("""[{"path":"a.txt","change":"modified","added":1,"removed":1}]""", output["files"]!.ToJsonString());
    }

    [Fact]
    public async Task A_conversation_can_be_forgotten()
    {
        using var folder = SnapshotFolder.Repository();
        folder.Write("a.txt", "one\n");
        await folder.Take();

        var output = await Completed(folder, new MemoryJournal(), new WorkspaceOperation { Kind = WorkspaceOperationKind.Forget });

        Assert.True(output["forgotten"]!.GetValue<bool>());
        Assert.Empty(folder.Git("for-each-ref", "refs/koda"));
    }

    [Fact]
    public async Task What_cannot_be_done_fails_with_its_reason()
    {
        using var folder = SnapshotFolder.Repository();
        var missing = new WorkspaceOperation { Kind = WorkspaceOperationKind.Restore, Commit = new string('0', 40) };
        var unknown = new WorkspaceOperation();

        Assert.Equal(
            new AttemptOutcome.Failed("snapshot.failed", $"There is no snapshot '{missing.Commit}'.", Retryable: false),
            await Run(folder, new MemoryJournal(), missing));
        Assert.Equal("operation.invalid", Assert.IsType<AttemptOutcome.Failed>(await Run(folder, new MemoryJournal(), unknown)).Code);
    }

    [Fact]
    public async Task Killed_at_any_call_of_git_a_restore_is_put_right_by_the_next_attempt()
    {
        var killed = 0;
        for (AttemptOutcome? outcome = null; outcome is not AttemptOutcome.Completed; killed++)
        {
            using var folder = SnapshotFolder.Repository();
            folder.Write("a.txt", "one\n");
            folder.Write("deleted.txt", "one\n");
            var wanted = folder.Files();
            var first = await folder.Take();
            folder.Write("a.txt", "two\n");
            folder.Write("added.txt", "two\n");
            folder.Delete("deleted.txt");
            var found = folder.Files();
            var journal = new MemoryJournal();
            var restore = new WorkspaceOperation { Kind = WorkspaceOperationKind.Restore, Commit = first.Commit, Turn = 1 };
            using var trap = new KillingGit(killed + 1);
            outcome = await Run(
                folder, journal, restore, new GitSnapshots(trap.Path, folder.Data, TimeProvider.System, PrivatePaths.OfMachine));

            var output = await Completed(folder, journal, restore);

            Assert.Equal(wanted, folder.Files());
            await folder.Restore(output["safety_commit"]!.GetValue<string>(), "back");
            Assert.Equal(found, folder.Files());
            Assert.Equal(output["safety_commit"]!.ToString(), journal.Payloads("snapshot.taken").First()["commit"]!.ToString());
        }
        Assert.True(killed > 10);
    }

    private static async Task<JsonObject> Completed(SnapshotFolder folder, MemoryJournal journal, WorkspaceOperation operation) =>
        JsonNode.Parse(Assert.IsType<AttemptOutcome.Completed>(await Run(folder, journal, operation)).Output)!.AsObject();

    private static Task<AttemptOutcome> Run(
        SnapshotFolder folder, MemoryJournal journal, WorkspaceOperation operation, ISnapshots? snapshots = null)
    {
        operation.ConversationId = folder.Subject.ConversationId.ToString();
        var assignment = new Assignment { TaskId = "operation", Operation = operation };
        var conversation = new Conversation();
        foreach (var recorded in journal.Events)
            conversation.Apply(recorded);
        var recorder = new Recorder(journal, conversation, new Redactor(""));
        return new WorkspaceOperations(snapshots ?? folder.Snapshots, folder.Root, assignment, conversation, recorder).Run(
            CancellationToken.None);
    }
}
