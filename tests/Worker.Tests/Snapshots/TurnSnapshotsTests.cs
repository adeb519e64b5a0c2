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

        await TurnAsync(folder, journal, 1, Writes("two\n"));

        var taken = Taken(journal);
        Assert.Equal([(0L, "before turn 1"), (1L, "Do it.")], taken.Select(payload => (Turn(payload), payload["summary"]!.GetValue<string>())));
        Assert.Equal("""[{"path":"a.txt","change":"modified"}]""", taken[1]["files"]!.ToJsonString());
        var kinds = journal.Events.Select(recorded => recorded.Kind).ToList();
        Assert.True(kinds.IndexOf("snapshot.taken") < kinds.IndexOf("tool.started"));
        await RestoreAsync(folder, taken[0]);
        Assert.Equal("one\n", folder.Read("a.txt"));
    }

    [Fact]
    public async Task What_a_person_changed_between_turns_is_kept_with_the_turn_before()
    {
        var folder = Folder();
        var journal = new MemoryJournal();
        var model = Writes("two\n", "three\n");
        await TurnAsync(folder, journal, 1, model);
        folder.Write("a.txt", "by hand\n");

        // The model has not seen what the person wrote, so that its change is refused and the file stays.
        await TurnAsync(folder, journal, 2, model);

        Assert.Equal([0, 1, 1], Taken(journal).Select(Turn));
        await RestoreAsync(folder, Taken(journal)[1]);
        Assert.Equal("two\n", folder.Read("a.txt"));
    }

    [Fact]
    public async Task The_newest_snapshot_of_the_turns_before_is_what_a_turn_finds_after_a_restore_too()
    {
        var folder = Folder();
        var journal = new MemoryJournal();
        await TurnAsync(folder, journal, 1, Writes("two\n"));
        await RestoreAsync(folder, Taken(journal)[0]);

        await TurnAsync(folder, journal, 2, new ScriptedModel(ScriptedModel.Says("hello")));

        var newest = Taken(journal).Last(payload => Turn(payload) <= 1);
        Assert.Equal(Taken(journal)[0]["tree"]!.ToString(), newest["tree"]!.ToString());
    }

    [Fact]
    public async Task A_turn_that_changes_nothing_adds_nothing()
    {
        var folder = Folder();
        var journal = new MemoryJournal();
        await TurnAsync(folder, journal, 1, new ScriptedModel(ScriptedModel.Says("hello")));

        await TurnAsync(folder, journal, 2, new ScriptedModel(ScriptedModel.Says("hello")));

        Assert.Equal([0], Taken(journal).Select(Turn));
    }

    [Fact]
    public async Task A_turn_without_snapshots_takes_none()
    {
        var folder = Folder();
        var journal = new MemoryJournal();

        await TurnAsync(folder, journal, 1, Writes("two\n"), snapshots: false);

        Assert.Empty(Taken(journal));
        Assert.False(Directory.Exists($"{folder.Outside}/snapshots"));
    }

    [Fact]
    public async Task A_turn_that_cannot_be_kept_says_so_and_goes_on()
    {
        var folder = Folder();
        var journal = new MemoryJournal();

        var outcome = await TurnAsync(folder, journal, 1, Writes("two\n"), store: new NoSnapshots());

        Assert.Equal(new AttemptOutcome.Completed("done"), outcome);
        Assert.Equal(2, journal.Payloads("snapshot.failed").Count());
        Assert.Equal("two\n", folder.Read("a.txt"));
    }

    [Fact]
    public async Task Cut_off_anywhere_a_turn_has_the_same_snapshots_in_the_end()
    {
        var whole = new MemoryJournal();
        await TurnAsync(Folder(), whole, 1, Writes("two\n"));
        var expected = Trees(whole);

        for (var length = 1; length < whole.Events.Count; length++)
        {
            var folder = Folder();
            var journal = new MemoryJournal();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => TurnAsync(folder, journal, 1, Writes("two\n"), length: length));

            await TurnAsync(folder, journal, 1, Writes("two\n"));

            Assert.Equal(expected, Trees(journal));
        }
    }

    private TempWorkspace Folder()
    {
        var folder = new TempWorkspace();
        folder.Write("a.txt", "one\n");
        _folders.Add(folder);
        return folder;
    }

    private async Task<AttemptOutcome> TurnAsync(
        TempWorkspace folder, MemoryJournal journal, int number, ScriptedModel model, bool snapshots = true, ISnapshots? store = null, int length = int.MaxValue)
    {
        if (journal.Events.Count == 0 || number > 1)
            journal.Ask(number, "Do it.");
        using var reports = new CutReports(journal, length);
        var turn = new AgentHarness(model, new WriteTool())
        {
            Journal = journal,
            Folder = folder,
            Turn = new Turn { ConversationId = _conversation, Number = number, Snapshots = snapshots },
            Snapshots = store ?? Store(folder),
            Reports = reports,
        };
        var outcome = await turn.RunAsync(reports.Killed);
        // Whoever is killed says nothing any more.
        reports.Killed.ThrowIfCancellationRequested();
        return outcome;
    }

    private Task<Restoration> RestoreAsync(TempWorkspace folder, JsonObject taken) => Store(folder).RestoreAsync(
        new SnapshotSubject(folder.Root, Guid.Parse(_conversation)), taken["commit"]!.GetValue<string>(),
        new SnapshotMark(SnapshotKind.Safety, -1, "", "restore"), (_, _) => Task.CompletedTask, CancellationToken.None);

    private static GitSnapshots Store(TempWorkspace folder) => new(SnapshotFolder.GitPath, folder.Outside, TimeProvider.System, PrivatePaths.OfMachine);

    private static ScriptedModel Writes(params string[] texts) => new([.. texts.SelectMany((text, i) => new[]
    {
        ScriptedModel.Calls(($"c{i}", "write", new JsonObject { ["path"] = "a.txt", ["content"] = text }.ToJsonString())),
        ScriptedModel.Says("done"),
    })]);

    private static List<JsonObject> Taken(MemoryJournal journal) => [.. journal.Payloads("snapshot.taken")];

    private static string Trees(MemoryJournal journal) => string.Join(' ', Taken(journal).Select(payload => $"{Turn(payload)}:{payload["tree"]}"));

    private static long Turn(JsonObject payload) => payload["turn"]!.GetValue<long>();
}
