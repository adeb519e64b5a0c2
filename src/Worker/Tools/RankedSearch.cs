using System.Text;
using System.Text.RegularExpressions;

namespace Koda.Worker.Tools;

/// <summary>
/// Ranks files by how much they are about some words: rare words count more, and those of a path more than those of the text.
/// </summary>
internal sealed partial class RankedSearch
{
    private const int MaxFiles = 20_000;
    private const long MaxFileBytes = 512 * 1024;
    private const int MaxLineLength = 300;
    private const int LinesShown = 3;
    private const double PathWeight = 6;

    private readonly string[] _words;
    private readonly List<Candidate> _found = [];
    private readonly int[] _filesWith;
    private int _files;

    /// <exception cref="ToolException">There is no word.</exception>
    public RankedSearch(string query)
    {
        _words = [.. Word().Matches(query.ToLowerInvariant()).Select(match => Stem(match.Value)).Distinct().Take(16)];
        if (_words.Length == 0)
            throw new ToolException("The query holds no word.");
        _filesWith = new int[_words.Length];
    }

    /// <summary>Whether there were more files than are looked at.</summary>
    public bool Truncated { get; private set; }

    /// <returns>False when no more files are looked at.</returns>
    public async Task<bool> Add(string path, Func<FileStream> open, long length, CancellationToken cancellationToken)
    {
        if (++_files > MaxFiles)
        {
            Truncated = true;
            return false;
        }
        var counts = new double[_words.Length];
        Count(path, counts, PathWeight);
        var lines = length <= MaxFileBytes ? await Lines(open, counts, cancellationToken) : [];
        for (var i = 0; i < counts.Length; i++)
            _filesWith[i] += counts[i] > 0 ? 1 : 0;
        if (counts.Any(count => count > 0))
            _found.Add(new Candidate(path, counts, lines));
        return true;
    }

    public IReadOnlyList<string> Best(int count) =>
        [
            .. _found
                .Select(file => (File: file, Score: Score(file)))
                .OrderByDescending(each => each.Score)
                .ThenBy(each => each.File.Path, StringComparer.Ordinal)
                .Take(count)
                .Select(each => each.File.ToString()),
        ];

    // Words that are in few files say more; a second occurrence says less than the first; files with more of the words come first.
    private double Score(Candidate file) =>
        _words.Select((_, i) => Math.Log(1 + ((double)_files / (1 + _filesWith[i]))) * (file.Counts[i] / (file.Counts[i] + 2))).Sum()
        * file.Counts.Count(count => count > 0);

    private async Task<List<string>> Lines(Func<FileStream> open, double[] counts, CancellationToken cancellationToken)
    {
        var best = new List<(int Hits, int Number, string Text)>();
        try
        {
            await using var stream = open();
            using var lines = new BoundedLines(stream, MaxLineLength);
            for (var number = 1; await lines.Next(cancellationToken) is { } line; number++)
            {
                if (line.Contains('\0', StringComparison.Ordinal))
                    return [];
                if (Count(line, counts, 1) is > 0 and var hits)
                    best.Add((hits, number, line.Trim()));
            }
        }
        catch (Exception gone) when (gone is ToolException or IOException or UnauthorizedAccessException)
        {
            return [];
        }
        return
        [
            .. best.OrderByDescending(line => line.Hits)
                .Take(LinesShown)
                .OrderBy(line => line.Number)
                .Select(line => $"  {line.Number}: {line.Text}"),
        ];
    }

    private int Count(string text, double[] counts, double weight)
    {
        var hits = 0;
        for (var i = 0; i < _words.Length; i++)
        {
            if (!text.Contains(_words[i], StringComparison.OrdinalIgnoreCase))
                continue;
            counts[i] += weight;
            hits++;
        }
        return hits;
    }

    private static string Stem(string word) =>
        word.Length > 4 && word.EndsWith('s') && !word.EndsWith("ss", StringComparison.Ordinal) ? word[..^1] : word;

    [GeneratedRegex(@"[\p{L}\p{N}_]{2,}")]
    private static partial Regex Word();

    private sealed record Candidate(string Path, double[] Counts, IReadOnlyList<string> Lines)
    {
        public override string ToString() =>
            Lines.Aggregate(new StringBuilder(Path), (text, line) => text.Append('\n').Append(line)).ToString();
    }
}
