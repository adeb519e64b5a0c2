namespace Koda.Worker.Providers.Offline.Security;

/// <summary>The files of a workspace, and what each is for.</summary>
internal sealed class WorkspaceFiles
{
    private readonly bool _holdsSources;

    public WorkspaceFiles(IReadOnlyList<string> paths)
    {
        Paths = paths;
        _holdsSources = paths.Select(FileFacts.Of).Any(file => file.Role == FileRole.Source && file.Languages.Except(["config", "env"]).Any());
    }

    public IReadOnlyList<string> Paths { get; }

    // A published package may hold nothing but what was built; then that is what there is to look at.
    public FileFacts Of(string path) =>
        FileFacts.Of(path) is { Role: FileRole.Built } built && !_holdsSources ? built with { Role = FileRole.Source } : FileFacts.Of(path);
}
