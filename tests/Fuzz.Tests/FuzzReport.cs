using System.Collections.Concurrent;
using System.Globalization;
using System.Text;

namespace Koda.Fuzz.Tests;

/// <summary>What was sent, what came back, and what should not have.</summary>
internal sealed class FuzzReport(Action<string> say)
{
    private const int MostFindings = 40;

    private readonly ConcurrentDictionary<string, int> _kinds = new();
    private readonly ConcurrentDictionary<string, int> _answers = new();
    private readonly ConcurrentDictionary<string, int> _reached = new();
    private readonly ConcurrentDictionary<string, string> _findings = new();
    private int _count;

    public int Count => _count;

    public IReadOnlyCollection<string> Findings => [.. _findings.Values];

    /// <summary>The rpcs that some input got a success from.</summary>
    public ICollection<string> Reached => _reached.Keys;

    public void Add(string kind, string rpc, Answer answer)
    {
        Interlocked.Increment(ref _count);
        _kinds.AddOrUpdate(kind, 1, (_, count) => count + 1);
        _answers.AddOrUpdate(answer.Label, 1, (_, count) => count + 1);
        if (answer is { Grpc: 0 } or { Grpc: null, Status: >= 200 and < 300 })
            _reached.TryAdd(rpc, 0);
    }

    /// <summary>Keeps one finding of each sort.</summary>
    public void Find(string sort, string what)
    {
        if (_findings.Count < MostFindings && _findings.TryAdd(sort, what))
            say(what);
    }

    public string Words() => new StringBuilder()
        .Append(CultureInfo.InvariantCulture, $"{Count} inputs\n")
        .Append(CultureInfo.InvariantCulture, $"by kind: {Sorted(_kinds)}\n")
        .Append(CultureInfo.InvariantCulture, $"by answer: {Sorted(_answers)}\n")
        .Append(CultureInfo.InvariantCulture, $"rpcs that answered with a success: {_reached.Count}\n")
        .ToString();

    private static string Sorted(ConcurrentDictionary<string, int> counts) =>
        string.Join(
            ", ",
            counts
                .OrderByDescending(count => count.Value)
                .Select(count => string.Create(CultureInfo.InvariantCulture, $"{count.Key} {count.Value}")));
}
