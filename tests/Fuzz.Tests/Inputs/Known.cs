using System.Collections.Concurrent;
using System.Text.Json;

namespace Koda.Fuzz.Tests.Inputs;

/// <summary>Values that the server gave or took, by the name of their field: with them an input gets past the first look.</summary>
internal sealed class Known
{
    private const int MostOfAName = 200;
    private const int LongestValue = 200;
    private const int Newest = 5;

    // What ends the credentials that the fuzzer itself calls with is not said again.
    private static readonly string[] s_never = ["token_id", "prefix"];

    private readonly ConcurrentDictionary<string, List<string>> _values = new();

    public void Add(string name, params string[] values)
    {
        var known = _values.GetOrAdd(name, _ => []);
        lock (known)
        {
            known.AddRange(values.Where(value => !known.Contains(value)));
            if (known.Count > MostOfAName)
                known.RemoveRange(0, known.Count - MostOfAName);
        }
    }

    public string? Find(string name, Hostile hostile)
    {
        if (!_values.TryGetValue(name, out var known))
            return null;
        lock (known)
            return known.Count == 0 ? null
                : hostile.Chance(0.5) ? known[hostile.Random.Next(Math.Max(0, known.Count - Newest), known.Count)]
                : hostile.Pick(known);
    }

    /// <summary>Keeps the ids, names and cursors of an answer.</summary>
    public void Learn(string rpc, JsonElement answer, string owner = "")
    {
        if (answer.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in answer.EnumerateArray())
                Learn(rpc, item, owner);
            return;
        }

        if (answer.ValueKind != JsonValueKind.Object)
            return;
        foreach (var member in answer.EnumerateObject())
        {
            if (member.Value.ValueKind is JsonValueKind.Object or JsonValueKind.Array)
                Learn(rpc, member.Value, member.Name.TrimEnd('s'));
            else if (member.Value.ValueKind == JsonValueKind.String && member.Value.GetString() is { Length: > 0 and < LongestValue } value)
                Learn(rpc, member.Name, value, owner);
        }
    }

    private void Learn(string rpc, string name, string value, string owner)
    {
        var full =
            name == "id" ? (owner.Length > 0 && owner != "item" ? owner : Noun(rpc)) + "_id"
            : name == "next_cursor" ? "cursor"
            : name;
        if (!s_never.Contains(full)
            && (full.EndsWith("_id", StringComparison.Ordinal) || full is "cursor" or "etag" or "name" or "kind" or "version" or "sha256"))
            Add(full, value);
    }

    // ListTasks, SubmitTask and GetTask all speak of tasks.
    private static string Noun(string rpc)
    {
        var start = 1;
        while (start < rpc.Length && char.IsLower(rpc[start]))
            start++;
        return rpc[start..].ToLowerInvariant().TrimEnd('s');
    }
}
