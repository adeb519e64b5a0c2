using Koda.Worker.Audit.Code;
using Koda.Worker.Audit.Scan;

namespace Koda.Worker.Audit;

/// <summary>What an audit looked at, and what it did not. Every file that the walk gives is counted once.</summary>
internal sealed class Coverage
{
    private const int ExamplesShown = 5;

    private readonly List<(string Path, Language Language)> _read = [];
    private readonly SortedDictionary<Skipped, (int Count, List<string> Examples)> _skipped = [];
    private readonly SortedDictionary<string, int> _unread = new(StringComparer.Ordinal);

    /// <summary>How many files there are.</summary>
    public int Files { get; private set; }

    /// <summary>How many were read by all rules of their language.</summary>
    public int Scanned => _read.Count;

    /// <summary>Which these are.</summary>
    public IReadOnlyList<(string Path, Language Language)> Read => _read;

    /// <summary>How many tests and documents, and files that no rule knows, were read for credentials only.</summary>
    public int CredentialsOnly { get; private set; }

    /// <summary>How many files that build or release the project were read for credentials, TLS and settings only.</summary>
    public int Tooling { get; private set; }

    /// <summary>How many of these are code that no rule reads, by language.</summary>
    public IReadOnlyDictionary<string, int> UnreadLanguages => _unread;

    /// <summary>How many findings were left out because a rule found too much of the same in one file.</summary>
    public int Repeated { get; private set; }

    /// <summary>Whether the walk was ended before its end.</summary>
    public bool IsCut { get; private set; }

    /// <summary>How many files were read by all rules of a language, by language.</summary>
    public IEnumerable<(Language Language, int Count)> ByLanguage =>
        _read.CountBy(file => file.Language).OrderBy(each => each.Key).Select(each => (each.Key, each.Value));

    /// <summary>Why files were not read, how many, and which for example.</summary>
    public IEnumerable<(Skipped Why, int Count, IReadOnlyList<string> Examples)> NotRead =>
        _skipped.Select(each => (each.Key, each.Value.Count, (IReadOnlyList<string>)each.Value.Examples));

    /// <summary>Counts a file that was read.</summary>
    public void Add(string path, Language language, FileRole role, int repeated)
    {
        Files++;
        Repeated += repeated;
        if (role == FileRole.Tooling)
            Tooling++;
        else if (role is FileRole.Test or FileRole.Documentation || language == Language.Other)
            CredentialsOnly++;
        else
            _read.Add((path, language));
        if (Languages.UnreadOf(path) is { } unread)
            _unread[unread] = _unread.GetValueOrDefault(unread) + 1;
    }

    /// <summary>Counts a file that was not read.</summary>
    public void Skip(string path, Skipped why)
    {
        Files++;
        var (count, examples) = _skipped.TryGetValue(why, out var known) ? known : (0, []);
        if (examples.Count < ExamplesShown && why is not (Skipped.NotText or Skipped.Private))
            examples.Add(path);
        _skipped[why] = (count + 1, examples);
    }

    /// <summary>Says that there are more files than were looked at.</summary>
    public void Cut() => IsCut = true;
}

/// <summary>Why a file was not read.</summary>
internal enum Skipped
{
    /// <summary>It was made by a tool or comes from others: built, minified, vendored, locked.</summary>
    Made,

    /// <summary>It holds bytes that are no text in UTF-8.</summary>
    NotText,

    /// <summary>It may not be read without asking.</summary>
    Private,

    /// <summary>It is larger than a file that is read.</summary>
    TooLarge,

    /// <summary>It takes more work than one file is given.</summary>
    TooComplex,

    /// <summary>It could not be opened.</summary>
    Unreadable,

    /// <summary>The reader has a fault that it came upon there.</summary>
    ReaderFailed,
}
