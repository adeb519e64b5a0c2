namespace Koda.Worker.Tools;

/// <summary>What a walk or a search did not look into.</summary>
internal sealed class PassedOver
{
    private const int MaxNamed = 10;

    private readonly List<(string Path, string Why, bool IsText)> _all = [];

    /// <param name="path">What it is, as it is shown.</param>
    /// <param name="why">Why.</param>
    /// <param name="isText">Whether it may hold what was looked for.</param>
    public void Add(string path, string why, bool isText = true) => _all.Add((path, why, isText));

    /// <summary>A line about what may hold what was looked for; empty when there is none.</summary>
    public string Told => Line(_all.Where(each => each.IsText));

    /// <summary>Tells people of everything.</summary>
    public void Tell(ToolContext context)
    {
        if (_all.Count > 0)
            context.Output("stderr", Line(_all));
    }

    private static string Line(IEnumerable<(string Path, string Why, bool IsText)> passed)
    {
        var all = passed.ToList();
        var named = string.Join(", ", all.Take(MaxNamed).Select(each => $"{each.Path}: {each.Why}"));
        return all.Count == 0 ? "" : $"(passed over: {named}{(all.Count > MaxNamed ? $", and {all.Count - MaxNamed} more" : "")})\n";
    }
}
