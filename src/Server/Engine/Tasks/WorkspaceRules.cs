using Koda.Files;
using Koda.Protos.Common.V1;

namespace Koda.Server.Engine.Tasks;

/// <summary>
/// Which directories agents may be sent to. A worker on another machine refuses its own data directory by itself, whatever is said here.
/// </summary>
/// <param name="closed">The server's data directory.</param>
internal sealed class WorkspaceRules(IEnumerable<string> closed)
{
    private readonly DataDirectories _closed = new(closed);

    /// <param name="workspace">An absolute path, by any spelling. Empty: the worker's default.</param>
    /// <exception cref="EngineException">WORKSPACE_REFUSED.</exception>
    public void Check(string workspace)
    {
        if (workspace.Length > 0 && IsClosed(workspace))
        {
            throw new EngineException(
                ErrorReason.WorkspaceRefused,
                $"The workspace '{workspace}' is the data directory of this server, or lies in it. No agent works there.",
                new Dictionary<string, string> { ["workspace"] = workspace });
        }
    }

    private bool IsClosed(string workspace)
    {
        try
        {
            return _closed.Hold(RealPaths.Resolve(workspace));
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            // Links in a circle, or longer than a path can be: whatever it is at a worker, it leads to nothing here.
            return false;
        }
    }
}
