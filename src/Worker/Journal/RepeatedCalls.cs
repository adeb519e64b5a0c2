using Koda.Worker.Providers;

namespace Koda.Worker.Journal;

/// <summary>Counts calls that are made again and again with the same arguments and the same result.</summary>
internal sealed class RepeatedCalls
{
    /// <summary>After so many times the model is told.</summary>
    public const int Tolerated = 3;

    /// <summary>After so many times the run fails.</summary>
    public const int Fatal = 5;

    private static readonly HashSet<string> s_writing = ["write", "edit", "patch"];
    private readonly Dictionary<(string Tool, string Arguments), (string Result, int Times)> _counts = [];

    /// <summary>Forgets what was seen: a new turn may well repeat an old one.</summary>
    public void Clear() => _counts.Clear();

    /// <summary>How often the call was seen, itself included.</summary>
    public int Count(ToolCallBlock call, ToolFinished finished)
    {
        var key = (call.Tool, call.Arguments);
        var result = string.Join('\n', [finished.Result, .. finished.Images?.Select(image => image.Digest) ?? []]);
        var times = _counts.TryGetValue(key, out var seen) && seen.Result == result ? seen.Times + 1 : 1;
        // After a change to a file the same command may well be worth running again.
        if (finished.Status == ToolStatus.Ok && s_writing.Contains(call.Tool))
            _counts.Clear();
        _counts[key] = (result, times);
        return times;
    }
}
