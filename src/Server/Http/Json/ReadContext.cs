using System.Text;

namespace Koda.Server.Http.Json;

/// <summary>Where the reader stands in a request, and every fault met so far.</summary>
internal sealed class ReadContext(IList<FieldFault> issues)
{
    /// <summary>A hostile body could hold a fault in every byte; nobody reads more than this.</summary>
    private const int MaxIssues = 100;

    private const int LongestPath = 256;

    private readonly Stack<(string? Name, int Index)> _path = new();

    public bool HasIssues => issues.Count > 0;

    public void Enter(string name) => _path.Push((name, 0));

    public void Enter(int index) => _path.Push((null, index));

    public void Leave() => _path.Pop();

    public void Report(string message)
    {
        if (issues.Count < MaxIssues)
            issues.Add(new FieldFault(Path(), message));
    }

    private string Path()
    {
        var text = new StringBuilder();
        foreach (var (name, index) in _path.Reverse())
        {
            if (name is null)
                text.Append('[').Append(index).Append(']');
            else
                text.Append(text.Length > 0 ? "." : "").Append(name);
        }

        // A name that the caller made up may be as long as its body.
        if (text.Length <= LongestPath)
            return text.ToString();
        text.Length = char.IsHighSurrogate(text[LongestPath - 1]) ? LongestPath - 1 : LongestPath;
        return text.Append('…').ToString();
    }
}
