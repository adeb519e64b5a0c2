namespace Koda.Worker.Tools;

/// <summary>Leaves the parts of a diff out that are about files which may not be read.</summary>
/// <param name="mayRead">Whether a file may be read, by its path relative to the repository.</param>
/// <param name="marked">Whether each line of content has a mark before it, so that one without ends a diff.</param>
internal sealed class DiffFilter(Func<string, bool> mayRead, bool marked)
{
    private const string OfTwo = "diff --git ";
    private static readonly string[] s_ofMerges = ["diff --cc ", "diff --combined "];
    private static readonly string[] s_headers =
    [
        "index ", "mode ", "old mode ", "new mode ", "new file ", "deleted file ", "similarity ", "dissimilarity ", "rename ", "copy ",
        "Binary ",
    ];

    private bool _hides;

    /// <summary>Whether something was left out.</summary>
    public bool Hid { get; private set; }

    /// <summary>Whether the next line is shown.</summary>
    public bool Keeps(string line)
    {
        if (line.StartsWith(OfTwo, StringComparison.Ordinal))
            _hides = !Pairs(line[OfTwo.Length..]).All(mayRead);
        else if (Array.Find(s_ofMerges, start => line.StartsWith(start, StringComparison.Ordinal)) is { } merged)
            _hides = !mayRead(Name(line[merged.Length..]));
        else if (_hides
            && marked
            && line.Length > 0
            && !" +-@\\".Contains(line[0], StringComparison.Ordinal)
            && !s_headers.Any(header => line.StartsWith(header, StringComparison.Ordinal)))
            _hides = false;
        Hid |= _hides;
        return !_hides;
    }

    // "a/one b/two": where a name may end in several places, each that it may be counts.
    private static IEnumerable<string> Pairs(string names)
    {
        if (names.StartsWith('"') || names.EndsWith('"'))
        {
            var parts = names.Split('"', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            return parts.Select(part => QuotedPath.Read(part)).Select(Name);
        }
        var half = names.Length / 2;
        if (names.Length % 2 == 1 && names[half] == ' ' && Name(names[..half]) == Name(names[(half + 1)..]))
            return [Name(names[..half])];
        var found = new List<string>();
        for (var at = names.IndexOf(" b/", StringComparison.Ordinal); at >= 0; at = names.IndexOf(" b/", at + 1, StringComparison.Ordinal))
            found.AddRange([Name(names[..at]), Name(names[(at + 1)..])]);
        return found.Count > 0 ? found : [names];
    }

    private static string Name(string given) =>
        given.StartsWith("a/", StringComparison.Ordinal) || given.StartsWith("b/", StringComparison.Ordinal) ? given[2..] : given.Trim('"');
}
