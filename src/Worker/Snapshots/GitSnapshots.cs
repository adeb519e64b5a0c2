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

    public async Task<Snapshot> Take(SnapshotSubject subject, SnapshotMark mark, CancellationToken cancellationToken)
    {
        var place = await PlaceOf(subject, cancellationToken);
        using var index = new WorkingIndex(place);
        await index.Seed(cancellationToken);
        await new Staging(place, index).AddAll(cancellationToken);
        var taken = await Keep(place, index, mark, cancellationToken);
        index.Keep();
        return taken;
    }

    public async Task<Snapshot?> Hold(SnapshotSubject subject, SnapshotMark mark, CancellationToken cancellationToken)
    {
        var excludes = await UserExcludes.Find(new Git(program, subject.Workspace, new Dictionary<string, string>()), cancellationToken);
        if (excludes is null && !subject.Touched.Any(path => Staging.MayLeaveOut(subject.Workspace, path)))
            return null;
        var place = await PlaceOf(subject, cancellationToken);
        if (place.Tip is null)
            return null;
        using var index = new WorkingIndex(place);
        var git = index.Open(place.Files);
        // What changed since the latest snapshot stays out of this one, but for the touched files.
        await git.Run(cancellationToken, "read-tree", "-m", place.Tip.Tree);
        await new Staging(place, index).AddTouched(cancellationToken);
        var tree = await Tree(git, cancellationToken);
        if (tree == place.Tip.Tree)
            return null;
        var held = mark with { Folder = place.Folder, Modes = FileModes.Of(place, index.Read()), Time = place.Tip.Mark.Time };
        var commit = await Commit(place, tree, place.Tip.Commit, held, cancellationToken);
        index.Keep();
        return new Snapshot(commit, tree, held) { IsNew = true };
    }

    public async Task<Restoration> Restore(
        SnapshotSubject subject,
        string commit,
        SnapshotMark mark,
        Func<Snapshot, CancellationToken, Task> secured,
        CancellationToken cancellationToken)
    {
        var place = await PlaceOf(subject, cancellationToken);
        var wanted = await Wanted(place, commit, cancellationToken);
        var safety = await Secure(place, wanted, mark, cancellationToken);
        await secured(safety, cancellationToken);
        var (tree, kept) = await InnerRepositories.Keep(place, wanted.Tree, safety.Tree, cancellationToken);
        wanted = wanted with { Tree = tree };
        await CheckOut(place, safety, wanted, mark, cancellationToken);
        // Of an attempt that was cut off there is an older one, which holds what the files were before any of this.
        var history = await place.History(cancellationToken);
        var first = history.LastOrDefault(kept => kept.Mark.Kind == SnapshotKind.Safety && kept.Mark.TaskId == mark.TaskId) ?? safety;
        var files = await new Comparison(place.Files, place.Folder).Files(first.Tree, wanted.Tree, cancellationToken);
        var changed = await WithIndex(place, git => NotKept.Since(place, git, wanted, cancellationToken));
        string[] left = [.. kept.Select(root => $"{GitText.Shown(root)[place.Folder.Length..]}/"), .. changed ?? []];
        return new Restoration(wanted.Commit, first.Commit, files) { NotKept = left.Length == 0 ? null : left };
    }

    public async Task<SnapshotDiff> Diff(SnapshotSubject subject, string from, string to, CancellationToken cancellationToken)
    {
        var place = await PlaceOf(subject, cancellationToken);
        var before = await Wanted(place, from, cancellationToken);
        if (to.Length > 0)
            return await new Comparison(place.Files, place.Folder).Run(
                before.Tree, (await Wanted(place, to, cancellationToken)).Tree, cancellationToken);
        using var index = new WorkingIndex(place);
        using var objects = new PassingObjects(place);
        var git = objects.Open(index.Open(place.Files));
        await new Staging(place, index, objects).AddAll(cancellationToken);
        var diff = await new Comparison(git, place.Folder).Run(before.Tree, await Tree(git, cancellationToken), cancellationToken);
        return diff with { NotKept = await NotKept.Since(place, git, before, cancellationToken) };
    }

    public async Task Forget(SnapshotSubject subject, CancellationToken cancellationToken) =>
        await (await PlaceOf(subject, cancellationToken)).Forget(cancellationToken);

    private async Task<Snapshot> Secure(SnapshotPlace place, Snapshot wanted, SnapshotMark mark, CancellationToken cancellationToken)
    {
        using var index = new WorkingIndex(place);
        var git = index.Open(place.Files);
        var staging = new Staging(place, index);
        await staging.AddAll(cancellationToken);
        await staging.AddEvenIfIgnored(await InTheWay.Find(place, git, wanted, cancellationToken), cancellationToken);
        var safety = await Keep(place, index, mark, cancellationToken);
        index.Keep();
        return safety;
    }

    private async Task CheckOut(
        SnapshotPlace place, Snapshot safety, Snapshot wanted, SnapshotMark mark, CancellationToken cancellationToken)
    {
        using var index = new WorkingIndex(place);
        var git = index.Open(place.Files);
        var owner = FileOwner.Of(place, await new Comparison(git, place.Folder).Files(safety.Tree, wanted.Tree, cancellationToken));
        // What was touched and is the same as before would be taken for changed: whether it is, the safety snapshot has looked.
        await git.Try(["update-index", "-q", "--refresh"], "", int.MaxValue, cancellationToken);
        await git.Run(cancellationToken, "read-tree", "-m", "-u", safety.Tree, wanted.Tree);
        owner.Take();
        await (wanted.Mark.Modes?.Apply(place, wanted.Tree, cancellationToken) ?? Task.CompletedTask);
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
            await Commit(place, wanted.Tree, safety.Commit, restored, cancellationToken);
        }
        index.Keep();
    }

    private async Task<Snapshot> Keep(SnapshotPlace place, WorkingIndex index, SnapshotMark mark, CancellationToken cancellationToken)
    {
        var (git, held) = (index.Open(place.Files), index.Read());
        var writing = held.Tree is { } known && known == place.Tip?.Tree ? Task.FromResult(known) : Tree(git, cancellationToken);
        var (modes, tree) = (FileModes.Of(place, held), await writing);
        if (place.Tip is { } tip
            && tip.Tree == tree
            && tip.Mark.Modes?.Write() == modes.Write()
            && (tip.Mark.TaskId == mark.TaskId || Continues(tip.Mark.Kind, mark.Kind)))
            return tip.Mark.TaskId == mark.TaskId ? tip with { Files = await Differences(place, tip, cancellationToken) } : tip;
        var noted = mark with { Folder = place.Folder, Modes = modes, Time = mark.Time > 0 ? mark.Time : Now };
        var comparing = place.Tip is null
            ? Task.FromResult<IReadOnlyList<FileDifference>>([])
            : new Comparison(git, place.Folder).Files(place.Tip.Tree, tree, cancellationToken);
        var committing = Commit(place, tree, place.Tip?.Commit, noted, cancellationToken);
        await Task.WhenAll(comparing, committing);
        return new Snapshot(await committing, tree, noted) { IsNew = true, Files = await comparing };
    }

    // What a restore replaced is always kept under its own name, and what it brought back is kept anew for the turn that finds it: else
    // the newest snapshot of the turns before would not be what that turn found.
    private static bool Continues(SnapshotKind tip, SnapshotKind next) =>
        next != SnapshotKind.Safety && tip is (SnapshotKind.Turn or SnapshotKind.Before);

    private static async Task<IReadOnlyList<FileDifference>> Differences(
        SnapshotPlace place, Snapshot tip, CancellationToken cancellationToken) =>
        await place.History(cancellationToken) is [_, var before, ..]
            ? await new Comparison(place.Files, place.Folder).Files(before.Tree, tip.Tree, cancellationToken)
            : [];

    private async Task<string> Commit(
        SnapshotPlace place, string tree, string? parent, SnapshotMark mark, CancellationToken cancellationToken)
    {
        var date = $"{time.GetUtcNow().ToUnixTimeSeconds()} +0000";
        var git = place.Files.With(
            ("GIT_AUTHOR_NAME", "Koda"), ("GIT_AUTHOR_EMAIL", "koda@localhost"), ("GIT_AUTHOR_DATE", date),
            ("GIT_COMMITTER_NAME", "Koda"), ("GIT_COMMITTER_EMAIL", "koda@localhost"), ("GIT_COMMITTER_DATE", date));
        string[] parents = (parent ?? place.Base) is { } from ? ["-p", from] : [];
        var message = mark.Write();
        var commit = (await git.Feed(GitText.Raw(message), cancellationToken, ["commit-tree", tree, .. parents, "-F", "-"])).Trim();
        await place.Move(new Snapshot(commit, tree, SnapshotMark.Read(message)!), parent, cancellationToken);
        return commit;
    }

    private static async Task<Snapshot> Wanted(SnapshotPlace place, string commit, CancellationToken cancellationToken)
    {
        var wanted = commit.Length == 0
            ? await place.History(cancellationToken) is [.., var oldest] ? oldest : null
            : await place.Read(commit, cancellationToken);
        if (wanted is null)
            throw new SnapshotException(commit.Length == 0 ? "The conversation has no snapshot." : $"There is no snapshot '{commit}'.");
        if (wanted.Mark.Folder != place.Folder && place.Tip is not null)
            throw new SnapshotException($"The snapshot '{commit}' is of another folder.");
        return wanted with { Tree = await HiddenFiles.Without(place, wanted.Tree, cancellationToken) };
    }

    private static async Task<T> WithIndex<T>(SnapshotPlace place, Func<Git, Task<T>> work)
    {
        using var index = new WorkingIndex(place);
        return await work(index.Open(place.Files));
    }

    private static async Task<string> Tree(Git git, CancellationToken cancellationToken) =>
        (await git.Run(cancellationToken, "write-tree")).Trim();

    private long Now => time.GetUtcNow().ToUnixTimeMilliseconds();

    private Task<SnapshotPlace> PlaceOf(SnapshotSubject subject, CancellationToken cancellationToken) =>
        SnapshotPlace.Find(program, data, subject, hidden, _known, cancellationToken);
}
