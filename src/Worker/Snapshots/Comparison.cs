using System.Globalization;

namespace Koda.Worker.Snapshots;

/// <summary>Compares two trees.</summary>
/// <param name="git">Git that has both.</param>
/// <param name="folder">The folder of the trees that is shown, with a slash at its end; empty: all.</param>
internal sealed class Comparison(Git git, string folder)
{
    // What goes into a report must fit one message together with its events.
    private const int MaxTextBytes = 1024 * 1024;
    private const int MaxFiles = 5000;

    private static readonly string[] s_plain = ["diff-tree", "-r", "--no-ext-diff", "--no-textconv", "--no-color"];

    private string[] Scope => folder.Length == 0 ? [] : [$"--relative={folder}"];

    /// <summary>The files that differ.</summary>
    public async Task<IReadOnlyList<FileDifference>> Files(string before, string after, CancellationToken cancellationToken)
    {
        var output = await git.Run(cancellationToken, [.. s_plain, .. Scope, "--no-renames", "-z", "--name-status", before, after]);
        return [.. Statuses(output)];
    }

    /// <summary>The files that differ, renames told as such, and how they differ.</summary>
    public async Task<SnapshotDiff> Run(string before, string after, CancellationToken cancellationToken)
    {
        string[] with = [.. s_plain, .. Scope, "-M"];
        var files = Statuses(await git.Run(cancellationToken, [.. with, "-z", "--name-status", before, after])).ToList();
        var counts = Counts(await git.Run(cancellationToken, [.. with, "-z", "--numstat", before, after]));
        var text = await git.Try(
            [.. with, "--patch", "--src-prefix=a/", "--dst-prefix=b/", before, after], "", MaxTextBytes, cancellationToken);
        Git.Checked(["diff-tree"], text);
        var counted = files.Take(MaxFiles).Select(file => counts.TryGetValue(file.Path, out var count)
            ? file with { Added = count.Added, Removed = count.Removed }
            : file);
        return new SnapshotDiff(GitText.Shown(WholeLines(text)), text.Cut, [.. counted]);
    }

    private static string WholeLines(GitAnswer text) => text.Cut ? text.Output[..(text.Output.LastIndexOf('\n') + 1)] : text.Output;

    private static IEnumerable<FileDifference> Statuses(string output)
    {
        var entries = new Queue<string>(GitText.Entries(output));
        while (entries.TryDequeue(out var status) && entries.TryDequeue(out var path))
        {
            if (status[0] == 'R' && entries.TryDequeue(out var renamed))
                yield return new FileDifference(GitText.Shown(renamed), FileDifferences.Renamed) { OldPath = GitText.Shown(path) };
            else
                yield return new FileDifference(GitText.Shown(path), Change(status[0]));
        }
    }

    // "1\t2\tpath", or "1\t2\t" and then both paths of a rename. A dash for a number: not text.
    private static Dictionary<string, (int? Added, int? Removed)> Counts(string output)
    {
        var counts = new Dictionary<string, (int?, int?)>();
        var entries = new Queue<string>(GitText.Entries(output));
        while (entries.TryDequeue(out var entry))
        {
            var parts = entry.Split('\t', 3);
            var renamed = parts[2].Length == 0 && entries.TryDequeue(out _);
            counts[GitText.Shown(renamed ? entries.Dequeue() : parts[2])] = (Number(parts[0]), Number(parts[1]));
        }
        return counts;
    }

    private static int? Number(string text) => int.TryParse(text, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static string Change(char status) => status switch
    {
        'A' => FileDifferences.Added,
        'D' => FileDifferences.Deleted,
        _ => FileDifferences.Modified,
    };
}
