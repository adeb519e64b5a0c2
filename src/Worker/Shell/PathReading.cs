using Koda.Worker.Tools;

namespace Koda.Worker.Shell;

/// <summary>Works out which files the words of a script name.</summary>
internal sealed class PathReading(ShellFacts facts)
{
    private const int MaxMatches = 2000;
    private const int MaxLength = 4096;
    private const int MaxParts = 32;

    private static readonly HashSet<string> s_devices =
        ["/dev/null", "/dev/zero", "/dev/stdin", "/dev/stdout", "/dev/stderr", "/dev/tty", "/dev/random", "/dev/urandom", "/dev/full"];

    private static readonly string[] s_addresses =
    [
        "http://",
        "https://",
        "ssh://",
        "git://",
        "git@",
        "ws://",
        "wss://",
        "data:",
        "mailto:",
    ];

    /// <summary>Notes the file of a redirect.</summary>
    public void Redirect(ShellRedirect redirect, WorkingPlaces places)
    {
        if (redirect.Target.Static is not { } path
            || path.StartsWith("/dev/tcp/", StringComparison.Ordinal)
            || path.StartsWith("/dev/udp/", StringComparison.Ordinal))
            facts.Leave($"{redirect.Operator} {redirect.Target.Text}");
        else
            Path(path, redirect.Writes, places, redirected: true);
    }

    /// <summary>Notes what a word may name: itself, or what stands in it after <c>=</c>, <c>:</c> or an option's letter.</summary>
    public void Word(ShellWord word, bool writes, WorkingPlaces places)
    {
        if (word.Value is not { } value)
            facts.Leave(word.Text);
        else if (word.IsPattern)
            Pattern(value, writes, places);
        else
            foreach (var path in Candidates(value))
                Path(path, writes, places);
    }

    /// <summary>Notes one path.</summary>
    public void Path(string path, bool writes, WorkingPlaces places, bool redirected = false)
    {
        if (s_devices.Contains(path))
            return;
        foreach (var real in Resolve(path, places))
            facts.Add(new ShellPath(real, writes, redirected));
    }

    /// <summary>The real paths that a path may have. What cannot be known is noted.</summary>
    public IEnumerable<string> Resolve(string path, WorkingPlaces places)
    {
        if (!path.StartsWith('/') && places.Unknown)
            facts.Leave(path);
        var bases = path.StartsWith('/') ? ["/"] : places.Directories;
        return [.. bases.Select(from => Resolve(from, path)).OfType<string>()];
    }

    private string? Resolve(string from, string path)
    {
        try
        {
            return RealPaths.Resolve($"{from}/{path}");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException)
        {
            facts.Leave(path);
            return null;
        }
    }

    private IEnumerable<string> Candidates(string value)
    {
        if (value.Length == 0 || s_addresses.Any(scheme => value.StartsWith(scheme, StringComparison.OrdinalIgnoreCase)))
            return [];
        var option = value[0] == '-';
        var starts = Enumerable
            .Range(1, value.Length - 1)
            .Where(i => value[i - 1] is '=' or ':' or ',' || (option && i == 2))
            .Take(MaxParts + 1)
            .ToList();
        if (value.Length > MaxLength || starts.Count > MaxParts)
            facts.Leave(value[..Math.Min(80, value.Length)]);
        return starts.Take(MaxParts).Select(start => Home(value[start..])).Concat(option ? [] : [value]);
    }

    private static string Home(string text) =>
        text == "~" || text.StartsWith("~/", StringComparison.Ordinal) ? $"/tmp/home{text[1..]}" : text;

    private void Pattern(string pattern, bool writes, WorkingPlaces places)
    {
        if (!pattern.StartsWith('/') && places.Unknown)
            facts.Leave(pattern);
        var found = new List<string>(pattern.StartsWith('/') ? ["/"] : places.Directories);
        foreach (var part in pattern.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (!part.AsSpan().ContainsAny('*', '?', '['))
                found = [.. found.Select(directory => $"{directory}/{part}")];
            else if (part[0] is '.' or '[' || (found = Matches(found, part)).Count > MaxMatches)
            {
                // Such a pattern may match "..", or more than is looked at.
                facts.Leave(pattern);
                return;
            }
        }
        foreach (var path in found)
            Path(path, writes, places);
    }

    private List<string> Matches(List<string> directories, string part)
    {
        // Classes are taken for any text: what they match beside is only looked at too.
        var glob = GlobPattern.Path(part.Contains('[', StringComparison.Ordinal) ? "*" : part);
        var matches = new List<string>();
        foreach (var directory in directories)
        {
            // Beside what matches now, the pattern itself, which stays as it is when nothing does.
            matches.Add($"{directory}/{part.Replace("/", "", StringComparison.Ordinal)}");
            try
            {
                matches.AddRange(
                    Directory
                        .EnumerateFileSystemEntries(directory)
                        .Where(entry => glob.IsMatch(System.IO.Path.GetFileName(entry)))
                        .Take(MaxMatches));
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                continue;
            }
        }
        if (matches.Any(match => match.Contains('\uFFFD', StringComparison.Ordinal)))
            facts.Leave(part);
        return matches;
    }
}
