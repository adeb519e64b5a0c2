namespace Koda.Worker.Tools;

/// <summary>A change of one file that is to be made with others.</summary>
/// <param name="Path">The path as the model gave it.</param>
/// <param name="Change">Gives the new text for the present one; null when there is no file.</param>
internal sealed record PlannedChange(string Path, Func<string?, string> Change);

/// <summary>Changes of several files, all of them or none.</summary>
internal static class FileChanges
{
    /// <summary>What would become of each file, without changing any.</summary>
    public static async Task<IReadOnlyList<(string Shown, string? Before, string After)>> PlanAsync(
        IReadOnlyList<PlannedChange> changes, ToolContext context, CancellationToken ct)
    {
        var planned = new List<(string Shown, string? Before, string After)>();
        foreach (var change in changes)
        {
            var before = await FileChange.CurrentAsync(change.Path, context, ct);
            planned.Add((context.Workspace.Shown(context.Workspace.Resolve(change.Path)), before?.Text, change.Change(before?.Text)));
        }
        if (planned.GroupBy(file => file.Shown).FirstOrDefault(group => group.Count() > 1) is { } twice)
            throw new ToolException($"'{twice.Key}' is named twice.");
        return planned;
    }

    /// <summary>Makes the changes. When one cannot be made, those before it are taken back.</summary>
    public static async Task<IReadOnlyList<FileChange>> ApplyAsync(
        IReadOnlyList<PlannedChange> changes, ToolContext context, CancellationToken ct)
    {
        await PlanAsync(changes, context, ct);
        var made = new List<FileChange>();
        try
        {
            foreach (var change in changes)
                made.Add(await FileChange.ApplyAsync(change.Path, context, change.Change, ct));
            return made;
        }
        catch (Exception error) when (error is ToolException or IOException or OperationCanceledException)
        {
            foreach (var change in Enumerable.Reverse(made))
                await TakeBackAsync(change, context);
            throw;
        }
    }

    private static async Task TakeBackAsync(FileChange change, ToolContext context)
    {
        var now = context with { KnownDigest = _ => change.Digest };
        if (change.Before is { } before)
            await FileChange.ApplyAsync(change.Shown, now, _ => before, CancellationToken.None);
        else
            File.Delete(context.Workspace.Resolve(change.Shown));
    }
}
