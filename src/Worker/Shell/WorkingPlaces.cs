namespace Koda.Worker.Shell;

/// <summary>The directories in which a part of a script may run.</summary>
internal sealed record WorkingPlaces(IReadOnlyList<string> Directories, bool Unknown)
{
    private const int Most = 8;

    public static WorkingPlaces Anywhere { get; } = new([], Unknown: true);

    public static WorkingPlaces At(params IEnumerable<string> directories) => new([.. directories.Distinct()], Unknown: false);

    public WorkingPlaces Or(WorkingPlaces other)
    {
        var both = Directories.Union(other.Directories).ToList();
        return both.Count > Most ? Anywhere : new WorkingPlaces(both, Unknown || other.Unknown);
    }

    public bool Covers(WorkingPlaces other) => (Unknown || !other.Unknown) && other.Directories.All(Directories.Contains);
}

/// <summary>Where a script goes on after a part: when that succeeded, and when it failed.</summary>
internal sealed record Outcome(WorkingPlaces Success, WorkingPlaces Failure)
{
    public static Outcome At(WorkingPlaces places) => new(places, places);

    /// <summary>Whether it cannot fail.</summary>
    public bool Certain { get; init; }

    public WorkingPlaces Either => Certain ? Success : Success.Or(Failure);
}
