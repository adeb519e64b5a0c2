using Koda.Worker.Tools;

namespace Koda.Worker.Context;

/// <summary>Finds the files that are not any more what the conversation last saw.</summary>
internal static class ChangedFiles
{
    private const int MaxFiles = 500;
    private const int MaxNamed = 50;

    /// <returns>What to tell the model; null when nothing changed.</returns>
    public static async Task<string?> Tell(
        Workspace workspace, IReadOnlyDictionary<string, string> known, CancellationToken cancellationToken)
    {
        var changed = new List<string>();
        foreach (var (path, digest) in known.OrderBy(file => file.Key, StringComparer.Ordinal).Take(MaxFiles))
        {
            if (await Hash(workspace, path, cancellationToken) is { } now && now != digest)
                changed.Add(now.Length == 0 ? $"{path} (removed)" : path);
        }
        if (changed.Count == 0)
            return null;
        var more = changed.Count > MaxNamed ? $" and {changed.Count - MaxNamed} more" : "";
        return $"Since you last saw them, these files were changed by a command or by someone else: {string.Join(", ", changed.Take(MaxNamed))}{more}. "
            + "Read them again before you rely on what you remember of them.";
    }

    // Empty: the file is gone. Null: it cannot be looked at.
    private static async Task<string?> Hash(Workspace workspace, string path, CancellationToken cancellationToken)
    {
        try
        {
            if (!File.Exists(workspace.Resolve(path)))
                return "";
            await using var file = workspace.OpenToRead(path);
            return file.Length > TextFile.MaxBytes ? null : await TextFile.Hash(file, cancellationToken);
        }
        catch (Exception unreadable) when (unreadable is ToolException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
