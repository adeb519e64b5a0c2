using System.Runtime.Versioning;
using System.Text.Json.Nodes;
using Koda.Protos.Worker.V1;
using Koda.Worker.Session;
using Koda.Worker.Snapshots;
using Koda.Worker.Tests.Loop;
using Koda.Worker.Tests.Tools;
using Koda.Worker.Tools;
using Xunit;

namespace Koda.Worker.Tests.Snapshots;

[SupportedOSPlatform("linux")]
public sealed class TurnSnapshotsTests : IDisposable
{
    private readonly string _conversation = Guid.NewGuid().ToString();
    private readonly List<TempWorkspace> _folders = [];

    public void Dispose() => _folders.ForEach(folder => folder.Dispose());

    [Fact]
    public async Task A_turn_keeps_what_it_found_and_what_it_left()
    {
        var folder = Folder();
        var journal = new MemoryJournal();

        await Turn(folder, journal, 1, Writes("two\n"));

        var taken = Taken(journal);
        Assert.Equal(
            [(0L, "before turn 1"), (1L, "Do it.")], taken.Select(payload => (TurnOf(payload), payload["summary"]!.GetValue<string>())));
        Assert.Equal("""[{"path":"a.txt","change":"modified"}]""", taken[1]["files"]!.ToJsonString());
        var kinds = journal.Events.Select(recorded => recorded.Kind).ToList();
        Assert.True(kinds.IndexOf("snapshot.taken") < kinds.IndexOf("tool.started"));
        await Restore(folder, taken[0]);
        Assert.Equal("one\n", folder.Read("a.txt"));
    }

    [Fact]
    public async Task What_a_person_changed_between_turns_is_kept_with_the_turn_before()
    {
        var folder = Folder();
        var journal = new MemoryJournal();
        var model = Writes("two\n", "three\n");
        await Turn(folder, journal, 1, model);
        folder.Write("a.txt", "by hand\n");

        // The model has not seen what the person wrote, so that its change is refused and the file stays.
        await Turn(folder, journal, 2, model);

        Assert.Equal([0, 1, 1], Taken(journal).Select(TurnOf));
        await Restore(folder, Taken(journal)[1]);
        Assert.Equal("two\n", folder.Read("a.txt"));
    }

    [Fact]
    public async Task The_newest_snapshot_of_the_turns_before_is_what_a_turn_finds_after_a_restore_too()
    {
        var folder = Folder();
        var journal = new MemoryJournal();
        await Turn(folder, journal, 1, Writes("two\n"));
        await Restore(folder, Taken(journal)[0]);

        await Turn(folder, journal, 2, new ScriptedModel(ScriptedModel.Says("hello")));

        var newest = Taken(journal).Last(payload => TurnOf(payload) <= 1);
        Assert.Equal(Taken(journal)[0]["tree"]!.ToString(), newest["tree"]!.ToString());
    }

    [Fact]
    public async Task A_turn_that_changes_nothing_adds_nothing()
    {
        var folder = Folder();
        var journal = new MemoryJournal();
        await Turn(folder, journal, 1, new ScriptedModel(ScriptedModel.Says("hello")));

        await Turn(folder, journal, 2, new ScriptedModel(ScriptedModel.Says("hello")));

        Assert.Equal([0], Taken(journal).Select(TurnOf));
    }

    [Fact]
    public async Task A_turn_without_snapshots_takes_none()
    {
        var folder = Folder();
        var journal = new MemoryJournal();

        await Turn(folder, journal, 1, Writes("two\n"), snapshots: false);

        Assert.Empty(Taken(journal));
        Assert.False(Directory.Exists($"{folder.Outside}/snapshots"));
    }

    [Fact]
    public async Task A_turn_that_cannot_be_kept_says_so_and_goes_on()
    {
        var folder = Folder();
        var journal = new MemoryJournal();

        var outcome = await Turn(folder, journal, 1, Writes("two\n"), store: new NoSnapshots());

        Assert.Equal(new AttemptOutcome.Completed("done"), outcome);
        Assert.Equal(2, journal.Payloads("snapshot.failed").Count());
        Assert.Equal("two\n", folder.Read("a.txt"));
    }

    [Fact]
    public async Task Cut_off_anywhere_a_turn_has_the_same_snapshots_in_the_end()
    {
        var whole = new MemoryJournal();
        await Turn(Folder(), whole, 1, Writes("two\n"));
        var expected = Trees(whole);

        for (var length = 1; length < whole.Events.Count; length++)
        {
            var folder = Folder();
            var journal = new MemoryJournal();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Turn(folder, journal, 1, Writes("two\n"), length: length));

            await Turn(folder, journal, 1, Writes("two\n"));

            Assert.Equal(expected, Trees(journal));
        }
    }

    [Fact]
    public async Task A_turn_that_only_reads_takes_none_after_it()
    {
        var folder = Folder();
        var journal = new MemoryJournal();

        await Turn(folder, journal, 1, new ScriptedModel(
            request =>
            {
                folder.Write("b.txt", "by hand meanwhile\n");
                return ScriptedModel.Calls(("r", "read", """{"path": "a.txt"}"""))(request);
            },
            ScriptedModel.Says("done")));

        Assert.Equal([0], Taken(journal).Select(TurnOf));
    }

    [Theory]
    [InlineData("write", """{"path": "out/kept.js", "content": "changed\n"}""")]
    [InlineData("bash", """{"command": "echo changed > out/kept.js"}""")]
    [InlineData("bash", """{"command": "sed -i s/kept/changed/ out/kept.js"}""")]
    [InlineData("bash", """{"command": "rm out/kept.js"}""")]
    [InlineData("bash", """{"command": "rm -rf out"}""")]
    [InlineData("bash", """{"command": "mv out/kept.js out/gone.js"}""")]
    public async Task An_ignored_file_that_a_call_names_comes_back(string tool, string arguments)
    {
        var folder = Folder();
        SnapshotFolder.GitIn(folder.Root, "init", "-q");
        folder.Write(".gitignore", "out/\n");
        folder.Write("out/kept.js", "kept\n");
        folder.Write("out/other.js", "other\n");
        var journal = new MemoryJournal();
        var model = new ScriptedModel(
            ScriptedModel.Calls(("c", tool, arguments)),
            ScriptedModel.Calls(("n", "write", """{"path": "out/new.js", "content": "new\n"}""")),
            ScriptedModel.Says("done"));

        await Turn(folder, journal, 1, model);
        await Restore(folder, Taken(journal).Last(payload => TurnOf(payload) == 0));

        Assert.Equal("kept\n", folder.Read("out/kept.js"));
        Assert.False(File.Exists(Path.Combine(folder.Root, "out/new.js")));
        Assert.Equal("one\n", folder.Read("a.txt"));
    }

    [Fact]
    public async Task A_file_that_must_not_be_read_is_in_no_snapshot_and_stays_as_it_is()
    {
        var folder = Folder();
        SnapshotFolder.GitIn(folder.Root, "init", "-q");
        folder.Write("keys/a.pem", "secret\n");
        var journal = new MemoryJournal();

        await Turn(
            folder,
            journal,
            1,
            Writes("two\n"),
            rules:
            [
                new PermissionRule { Tool = "read", Pattern = "keys/**", Action = PermissionAction.Deny },
            ]);
        folder.Write("keys/a.pem", "another secret\n");
        Assert.Equal(
            "a.txt\n", SnapshotFolder.GitIn(folder.Root, "ls-tree", "-r", "--name-only", Taken(journal)[0]["commit"]!.GetValue<string>()));
        var restored = await Store(folder)
            .Restore(
                new SnapshotSubject(folder.Root, Guid.Parse(_conversation)) { Denied = path => path.StartsWith("keys/") },
                Taken(journal)[0]["commit"]!.GetValue<string>(),
                new SnapshotMark(SnapshotKind.Safety, -1, "", "restore"),
                (_, _) => Task.CompletedTask,
                CancellationToken.None);

        Assert.Equal(("one\n", "another secret\n"), (folder.Read("a.txt"), folder.Read("keys/a.pem")));
        Assert.Equal(["keys/a.pem"], restored.NotKept!);
    }

    private TempWorkspace Folder()
    {
        var folder = new TempWorkspace();
        folder.Write("a.txt", "one\n");
        _folders.Add(folder);
        return folder;
    }

    private async Task<AttemptOutcome> Turn(
        TempWorkspace folder,
        MemoryJournal journal,
        int number,
        ScriptedModel model,
        bool snapshots = true,
        ISnapshots? store = null,
        int length = int.MaxValue,
        IReadOnlyList<PermissionRule>? rules = null)
    {
        if (journal.Events.Count == 0 || number > 1)
            journal.Ask(number, "Do it.");
        using var reports = new CutReports(journal, length);
        var turn = new AgentHarness(model, new WriteTool(), new ReadTool(), new BashTool())
        {
            Rules = [.. rules ?? [], .. Anything],
            Journal = journal,
            Folder = folder,
            Turn = new Turn { ConversationId = _conversation, Number = number, Snapshots = snapshots },
            Snapshots = store ?? Store(folder),
            Reports = reports,
        };
        var outcome = await turn.Run(reports.Killed);
        // Whoever is killed says nothing any more.
        reports.Killed.ThrowIfCancellationRequested();
        return outcome;
    }

    private Task<Restoration> Restore(TempWorkspace folder, JsonObject taken) => Store(folder).Restore(
        new SnapshotSubject(folder.Root, Guid.Parse(_conversation)), taken["commit"]!.GetValue<string>(),
        new SnapshotMark(SnapshotKind.Safety, -1, "", "restore"), (_, _) => Task.CompletedTask, CancellationToken.None);

    private static IEnumerable<PermissionRule> Anything =>
        new[] { "bash", "rm", Demand.ExternalDirectory }.Select(tool => new PermissionRule
        {
            Tool = tool,
            Pattern = "*",
            Action = PermissionAction.Allow,
        });

    private static GitSnapshots Store(TempWorkspace folder) =>
        new(SnapshotFolder.GitPath, folder.Outside, TimeProvider.System, PrivatePaths.OfMachine);

    private static ScriptedModel Writes(params string[] texts) => new([.. texts.SelectMany((text, i) => new[]
    {
        ScriptedModel.Calls(($"c{i}", "write", new JsonObject { ["path"] = "a.txt", ["content"] = text }.ToJsonString())),
        ScriptedModel.Says("done"),
    })]);

    private static List<JsonObject> Taken(MemoryJournal journal) => [.. journal.Payloads("snapshot.taken")];

    private static string Trees(MemoryJournal journal) =>
        string.Join(' ', Taken(journal).Select(payload => $"{TurnOf(payload)}:{payload["tree"]}"));

    private static long TurnOf(JsonObject payload) => payload["turn"]!.GetValue<long>();
}
