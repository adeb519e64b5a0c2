namespace Koda.Worker.Audit.Project;

/// <summary>
/// Which functions get what strangers send, through the calls of the project. Functions are known by their names: a name that many
/// functions have tells nothing.
/// </summary>
internal sealed class Reach
{
    private const int MostOfAName = 3;
    private const int MostEdges = 200_000;

    private readonly Dictionary<string, int> _declared = [];
    private readonly HashSet<string> _given = [];
    private readonly Dictionary<string, HashSet<string>> _handed = [];
    private int _edges;
    private HashSet<string>? _reached;

    /// <summary>Counts a function of a file.</summary>
    public void Declare(string name) => _declared[name] = _declared.GetValueOrDefault(name) + 1;

    /// <summary>Notes that a function is called with what a stranger sends.</summary>
    public void Give(string called) => _given.Add(called);

    /// <summary>Notes that a function hands what it was given to another.</summary>
    public void Hand(string from, string to)
    {
        if (_edges == MostEdges || from == to)
            return;
        if (!_handed.TryGetValue(from, out var called))
            _handed[from] = called = [];
        _edges += called.Add(to) ? 1 : 0;
    }

    /// <summary>Whether what a stranger sends is seen to get to a function. Asked when all files were read.</summary>
    public bool Holds(string name) => (_reached ??= Closure()).Contains(name);

    private HashSet<string> Closure()
    {
        var reached = new HashSet<string>();
        var open = new Stack<string>(_given.Where(IsOne));
        while (open.TryPop(out var name))
        {
            if (!reached.Add(name) || !_handed.TryGetValue(name, out var called))
                continue;
            foreach (var next in called.Where(IsOne))
                open.Push(next);
        }
        return reached;
    }

    private bool IsOne(string name) => _declared.TryGetValue(name, out var count) && count <= MostOfAName;
}
