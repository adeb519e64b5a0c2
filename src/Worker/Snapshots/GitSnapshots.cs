using Koda.Worker.Tools;

namespace Koda.Worker.Snapshots;

/// <summary>
/// Snapshots as commits under <c>refs/koda</c>: in the user's repository where that is his own, else in one of Koda's. His HEAD, index,
/// branches, stash and configuration are not touched.
/// </summary>
/// <param name="program">The path of git.</param>
/// <param name="data">Where Koda keeps its own.</param>
/// <param name="time">The clock that dates snapshots.</param>
/// <param name="hidden">What no snapshot holds, and no restore touches.</param>
internal sealed class GitSnapshots(string program, string data, TimeProvider time, PrivatePaths hidden) : ISnapshots
{
    private readonly KnownPlaces _known = new();

    /// <summary>Snapshots by the git of this machine, if it has one.</summary>
    public static ISnapshots Find(string data, TimeProvider time, PrivatePaths hidden) =>
        Executables.Find("git") is { } program ? new GitSnapshots(program, data, time, hidden) : new NoSnapshots();

    public async Task<Snapshot> TakeAsync(SnapshotSubject subject, SnapshotMark mark, CancellationToken ct)
    {
        var place = await FindAsync(subject, ct);
        using var index = new WorkingIndex(place);
        await index.SeedAsync(ct);
        await new Staging(place, index).AddAllAsync(ct);
        var taken = await KeepAsync(place, index, mark, ct);
        index.Keep();
        return taken;
    }

    public async Task<Snapshot?> HoldAsync(SnapshotSubject subject, SnapshotMark mark, CancellationToken ct)
    {
        var excludes = await UserExcludes.FindAsync(new Git(program, subject.Workspace, new Dictionary<string, string>()), ct);
        if (excludes is null && !subject.Touched.Any(path => Staging.MayLeaveOut(subject.Workspace, path)))
            return null;
        var place = await FindAsync(subject, ct);
        if (place.Tip is null)
            return null;
        using var index = new WorkingIndex(place);
        var git = index.Open(place.Files);
        // What changed since the latest snapshot stays out of this one, but for the touched files.
        await git.RunAsync(ct, "read-tree", "-m", place.Tip.Tree);
        await new Staging(place, index).AddTouchedAsync(ct);
        var tree = await TreeAsync(git, ct);
        if (tree == place.Tip.Tree)
            return null;
        var held = mark with { Folder = place.Folder, Modes = FileModes.Of(place, index.Read()), Time = place.Tip.Mark.Time };
        var commit = await CommitAsync(place, tree, place.Tip.Commit, held, ct);
        index.Keep();
        return new Snapshot(commit, tree, held) { IsNew = true };
    }

    public async Task<Restoration> RestoreAsync(
        SnapshotSubject subject, string commit, SnapshotMark mark, Func<Snapshot, CancellationToken, Task> secured, CancellationToken ct)
    {
        var place = await FindAsync(subject, ct);
        var wanted = await WantedAsync(place, commit, ct);
        var safety = await SecureAsync(place, wanted, mark, ct);
        await secured(safety, ct);
        var (tree, kept) = await InnerRepositories.KeepAsync(place, wanted.Tree, safety.Tree, ct);
        wanted = wanted with { Tree = tree };
        await CheckOutAsync(place, safety, wanted, mark, ct);
        // Of an attempt that was cut off there is an older one, which holds what the files were before any of this.
        var history = await place.HistoryAsync(ct);
        var first = history.LastOrDefault(kept => kept.Mark.Kind == SnapshotKind.Safety && kept.Mark.TaskId == mark.TaskId) ?? safety;
        var files = await new Comparison(place.Files, place.Folder).FilesAsync(first.Tree, wanted.Tree, ct);
        var changed = await WithIndexAsync(place, git => NotKept.SinceAsync(place, git, wanted, ct));
        string[] left = [.. kept.Select(root => $"{GitText.Shown(root)[place.Folder.Length..]}/"), .. changed ?? []];
        return new Restoration(wanted.Commit, first.Commit, files) { NotKept = left.Length == 0 ? null : left };
    }

    public async Task<SnapshotDiff> DiffAsync(SnapshotSubject subject, string from, string to, CancellationToken ct)
    {
        var place = await FindAsync(subject, ct);
        var before = await WantedAsync(place, from, ct);
        if (to.Length > 0)
            return await new Comparison(place.Files, place.Folder).RunAsync(before.Tree, (await WantedAsync(place, to, ct)).Tree, ct);
        using var index = new WorkingIndex(place);
        using var objects = new PassingObjects(place);
        var git = objects.Open(index.Open(place.Files));
        await new Staging(place, index, objects).AddAllAsync(ct);
        var diff = await new Comparison(git, place.Folder).RunAsync(before.Tree, await TreeAsync(git, ct), ct);
        return diff with { NotKept = await NotKept.SinceAsync(place, git, before, ct) };
    }

    public async Task ForgetAsync(SnapshotSubject subject, CancellationToken ct) => await (await FindAsync(subject, ct)).ForgetAsync(ct);

    private async Task<Snapshot> SecureAsync(SnapshotPlace place, Snapshot wanted, SnapshotMark mark, CancellationToken ct)
    {
        using var index = new WorkingIndex(place);
        var git = index.Open(place.Files);
        var staging = new Staging(place, index);
        await staging.AddAllAsync(ct);
        await staging.AddEvenIfIgnoredAsync(await InTheWay.FindAsync(place, git, wanted, ct), ct);
        var safety = await KeepAsync(place, index, mark, ct);
        index.Keep();
        return safety;
    }

    private async Task CheckOutAsync(SnapshotPlace place, Snapshot safety, Snapshot wanted, SnapshotMark mark, CancellationToken ct)
    {
        using var index = new WorkingIndex(place);
        var git = index.Open(place.Files);
        var owner = FileOwner.Of(place, await new Comparison(git, place.Folder).FilesAsync(safety.Tree, wanted.Tree, ct));
        // What was touched and is the same as before would be taken for changed: whether it is, the safety snapshot has looked.
        await git.TryAsync(["update-index", "-q", "--refresh"], "", int.MaxValue, ct);
        await git.RunAsync(ct, "read-tree", "-m", "-u", safety.Tree, wanted.Tree);
        owner.Take();
        await (wanted.Mark.Modes?.ApplyAsync(place, wanted.Tree, ct) ?? Task.CompletedTask);
        if (safety.Tree != wanted.Tree)
        {
            var restored = wanted.Mark with
            {
                Kind = SnapshotKind.Restored,
                Summary = "restored",
                TaskId = mark.TaskId,
                Folder = place.Folder,
                Time = Now,
            };
            await CommitAsync(place, wanted.Tree, safety.Commit, restored, ct);
        }
        index.Keep();
    }

    private async Task<Snapshot> KeepAsync(SnapshotPlace place, WorkingIndex index, SnapshotMark mark, CancellationToken ct)
    {
        var (git, held) = (index.Open(place.Files), index.Read());
        var writing = held.Tree is { } known && known == place.Tip?.Tree ? Task.FromResult(known) : TreeAsync(git, ct);
        var (modes, tree) = (FileModes.Of(place, held), await writing);
        if (place.Tip is { } tip
            && tip.Tree == tree
            && tip.Mark.Modes?.Write() == modes.Write()
            && (tip.Mark.TaskId == mark.TaskId || Continues(tip.Mark.Kind, mark.Kind)))
            return tip.Mark.TaskId == mark.TaskId ? tip with { Files = await DifferencesAsync(place, tip, ct) } : tip;
        var noted = mark with { Folder = place.Folder, Modes = modes, Time = mark.Time > 0 ? mark.Time : Now };
        var comparing = place.Tip is null
            ? Task.FromResult<IReadOnlyList<FileDifference>>([])
            : new Comparison(git, place.Folder).FilesAsync(place.Tip.Tree, tree, ct);
        var committing = CommitAsync(place, tree, place.Tip?.Commit, noted, ct);
        await Task.WhenAll(comparing, committing);
        return new Snapshot(await committing, tree, noted) { IsNew = true, Files = await comparing };
    }

    // What a restore replaced is always kept under its own name, and what it brought back is kept anew for the turn that finds it: else
    // the newest snapshot of the turns before would not be what that turn found.
    private static bool Continues(SnapshotKind tip, SnapshotKind next) =>
        next != SnapshotKind.Safety && tip is (SnapshotKind.Turn or SnapshotKind.Before);

    private static async Task<IReadOnlyList<FileDifference>> DifferencesAsync(SnapshotPlace place, Snapshot tip, CancellationToken ct) =>
        await place.HistoryAsync(ct) is [_, var before, ..]
            ? await new Comparison(place.Files, place.Folder).FilesAsync(before.Tree, tip.Tree, ct)
            : [];

    private async Task<string> CommitAsync(SnapshotPlace place, string tree, string? parent, SnapshotMark mark, CancellationToken ct)
    {
        var date = $"{time.GetUtcNow().ToUnixTimeSeconds()} +0000";
        var git = place.Files.With(
            ("GIT_AUTHOR_NAME", "Koda"), ("GIT_AUTHOR_EMAIL", "koda@localhost"), ("GIT_AUTHOR_DATE", date),
            ("GIT_COMMITTER_NAME", "Koda"), ("GIT_COMMITTER_EMAIL", "koda@localhost"), ("GIT_COMMITTER_DATE", date));
        string[] parents = (parent ?? place.Base) is { } from ? ["-p", from] : [];
        var message = mark.Write();
        var commit = (await git.FeedAsync(GitText.Raw(message), ct, ["commit-tree", tree, .. parents, "-F", "-"])).Trim();
        await place.MoveAsync(new Snapshot(commit, tree, SnapshotMark.Read(message)!), parent, ct);
        return commit;
    }

    private static async Task<Snapshot> WantedAsync(SnapshotPlace place, string commit, CancellationToken ct)
    {
        var wanted = commit.Length == 0
            ? await place.HistoryAsync(ct) is [.., var oldest] ? oldest : null
            : await place.ReadAsync(commit, ct);
        if (wanted is null)
            throw new SnapshotException(commit.Length == 0 ? "The conversation has no snapshot." : $"There is no snapshot '{commit}'.");
        if (wanted.Mark.Folder != place.Folder && place.Tip is not null)
            throw new SnapshotException($"The snapshot '{commit}' is of another folder.");
        return wanted with { Tree = await HiddenFiles.WithoutAsync(place, wanted.Tree, ct) };
    }

    private static async Task<T> WithIndexAsync<T>(SnapshotPlace place, Func<Git, Task<T>> work)
    {
        using var index = new WorkingIndex(place);
        return await work(index.Open(place.Files));
    }

    private static async Task<string> TreeAsync(Git git, CancellationToken ct) => (await git.RunAsync(ct, "write-tree")).Trim();

    private long Now => time.GetUtcNow().ToUnixTimeMilliseconds();

    private Task<SnapshotPlace> FindAsync(SnapshotSubject subject, CancellationToken ct) =>
        SnapshotPlace.FindAsync(program, data, subject, hidden, _known, ct);
}
