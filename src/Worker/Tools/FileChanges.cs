namespace Koda.Worker.Tools;

/// <summary>A change of one file that is to be made with others.</summary>
/// <param name="Path">The path as the model gave it.</param>
/// <param name="Change">Gives the new text for the present one; null when there is no file.</param>
internal sealed record PlannedChange(string Path, Func<string?, string> Change);

/// <summary>Changes of several files, all of them or none.</summary>
internal static class FileChanges
{
    /// <summary>What would become of each file, without changing any.</summary>
    public static async Task<IReadOnlyList<(string Shown, string? Before, string After)>> Plan(
        IReadOnlyList<PlannedChange> changes, ToolContext context, CancellationToken cancellationToken)
    {
        var planned = new List<(string Shown, string? Before, string After)>();
        foreach (var change in changes)
        {
            var before = await FileChange.Current(change.Path, context, cancellationToken);
            planned.Add((context.Workspace.Shown(context.Workspace.Resolve(change.Path)), before?.Text, change.Change(before?.Text)));
        }
        if (planned.GroupBy(file => file.Shown).FirstOrDefault(group => group.Count() > 1) is { } twice)
            throw new ToolException($"'{twice.Key}' is named twice.");
        return planned;
    }

    /// <summary>Makes the changes. When one cannot be made, those before it are taken back.</summary>
    public static async Task<IReadOnlyList<FileChange>> Apply(
        IReadOnlyList<PlannedChange> changes, ToolContext context, CancellationToken cancellationToken)
    {
        await Plan(changes, context, cancellationToken);
        var made = new List<FileChange>();
        try
        {
            foreach (var change in changes)
                made.Add(await FileChange.Apply(change.Path, context, change.Change, cancellationToken));
            return made;
        }
        catch (Exception error) when (error is ToolException or IOException or OperationCanceledException)
        {
            foreach (var change in Enumerable.Reverse(made))
                await TakeBack(change, context);
            throw;
        }
    }

    private static async Task TakeBack(FileChange change, ToolContext context)
    {
        var now = context with { KnownDigest = _ => change.Digest };
        if (change.Before is { } before)
            await FileChange.Apply(change.Shown, now, _ => before, CancellationToken.None);
        else
            File.Delete(context.Workspace.Resolve(change.Shown));
    }
}
