using System.Text.RegularExpressions;
using Koda.Worker.Audit.Code;
using Koda.Worker.Audit.Rules;
using Koda.Worker.Audit.Scan;

namespace Koda.Worker.Audit.Project;

/// <summary>What the files of a project say about it. It grows with every file, and is asked when all were read.</summary>
/// <param name="pack">The rules.</param>
internal sealed partial class ProjectFacts(RulePack pack)
{
    private const int ManyFiles = 60;
    private const int FarAway = 40;
    private const int MostPlaces = 400;

    private readonly Dictionary<string, IReadOnlyList<int>> _serving = [];
    private readonly HashSet<string> _asking = [];
    private readonly HashSet<string> _keys = [];
    private readonly HashSet<string> _keysOfTests = [];
    private readonly HashSet<(Matcher, string)> _held = [];
    private readonly List<Matcher> _asked =
    [
        .. pack.Rules.SelectMany(rule => rule.Find).Select(pattern => pattern.Beside).OfType<Matcher>(),
    ];
    private bool _isDescribed;
    private int _files;

    /// <summary>What it is.</summary>
    public ProjectKind Kind { get; private set; }

    /// <summary>Whether a whole project was seen, and not only pieces of code: files that describe one, or many files.</summary>
    public bool IsKnown => _isDescribed || _files >= ManyFiles;

    public Reach Reach { get; } = new();

    /// <summary>Notes what a file says.</summary>
    public void Add(string path, FileRole role, Language language, string text)
    {
        if (language.IsCode())
            (role is FileRole.Test ? _keysOfTests : _keys).UnionWith(KeyFile().Matches(text).Select(match => match.Value));
        if (role is FileRole.Test or FileRole.Example or FileRole.Copied)
            return;
        var kind = Manifests.KindIn(path, text);
        _isDescribed |= kind is not ProjectKind.Unknown;
        Kind = kind > Kind ? kind.Value : Kind;
        if (role is FileRole.Documentation)
            return;
        _held.UnionWith(_asked.Where(matcher => matcher.IsMatch(text)).Select(matcher => (matcher, Folder(path))));
        if (!language.IsCode())
            return;
        _files++;
        if (pack.Flow[language].Serves.IsMatch(text))
            _serving[path] = LinesOf(pack.Flow[language].Serves.Matches(text), text);
        else if (pack.Flow[language].Asks.IsMatch(text))
            _asking.Add(path);
    }

    /// <summary>Whether a file asks other programs over the network, and reads no requests.</summary>
    public bool Asks(string path) => _asking.Contains(path);

    /// <summary>Whether a file reads what strangers send, not far from a line.</summary>
    public bool Serves(string path, int line) =>
        _serving.TryGetValue(path, out var lines) && lines.Any(served => Math.Abs(served - line) <= FarAway);

    /// <summary>Whether a file, or another in its folder, holds what a pattern wants to be there.</summary>
    public bool Holds(string path, Matcher beside) => _held.Contains((beside, Folder(path)));

    /// <summary>Whether a key is named in the code of tests, and in no other code.</summary>
    public bool IsKeyOfTests(string path) =>
        KeyFile().Match(path) is { Success: true } key && _keysOfTests.Contains(key.Value) && !_keys.Contains(key.Value);

    // The name of the file and of its folder.
    [GeneratedRegex(@"(?:[\w.-]+/)?[\w.-]+\.(?:pem|key|crt|cer|p12|pfx)\b", RegexOptions.NonBacktracking)]
    private static partial Regex KeyFile();

    private static List<int> LinesOf(MatchCollection found, string text)
    {
        var places = new Places(text);
        return [.. found.Take(MostPlaces).Select(match => places.Line(match.Index)).Distinct()];
    }

    private static string Folder(string path) => path[..(path.LastIndexOf('/') + 1)];

    /// <summary>Notes what the functions of a file hand to others, as far as its work is bounded.</summary>
    public void AddCalls(CodeFile file)
    {
        foreach (var name in file.Functions.Called)
            Reach.Declare(name);
        try
        {
            Note(file);
        }
        catch (TooComplexException)
        {
            // What the rules found there stays; what it hands on is not known, as of files that are not read.
            return;
        }
    }

    private void Note(CodeFile file)
    {
        foreach (var call in file.Calls())
        {
            var name = Names.LastOf(call.Name);
            foreach (var argument in call.Arguments)
            {
                var value = file.Flow.Of(argument);
                if (value.Origin == Origin.Input)
                    Reach.Give(name);
                foreach (
                    var taker in value.Origin == Origin.Parameter ? value.Takers.Split(' ', StringSplitOptions.RemoveEmptyEntries) : [])
                    Reach.Hand(taker, name);
            }
        }
    }
}
