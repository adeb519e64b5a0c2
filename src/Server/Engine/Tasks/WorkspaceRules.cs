using Koda.Files;
using Koda.Protos.Common.V1;

namespace Koda.Server.Engine.Tasks;

/// <summary>
/// Which directories agents may be sent to. A worker on another machine refuses its own data directory by itself, whatever is said here.
/// </summary>
/// <param name="closed">The server's data directory.</param>
/// <param name="served">What workers serve.</param>
internal sealed class WorkspaceRules(DataDirectories closed, IServedWorkspaces served)
{
    /// <param name="workspace">An absolute path, by any spelling. Empty: the worker's default.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="EngineException">WORKSPACE_REFUSED, WORKSPACE_NOT_SERVED.</exception>
    public async ValueTask Check(string workspace, CancellationToken cancellationToken)
    {
        if (workspace.Length == 0)
            return;
        if (IsClosed(workspace))
        {
            throw new EngineException(
                ErrorReason.WorkspaceRefused,
                $"The workspace '{workspace}' is the data directory of this server, or lies in it. No agent works there.",
                new Dictionary<string, string> { ["workspace"] = workspace });
        }
        await served.Admit(workspace, cancellationToken);
    }

    private bool IsClosed(string workspace)
    {
        try
        {
            return closed.Hold(RealPaths.Resolve(workspace));
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            // Links in a circle, or longer than a path can be: whatever it is at a worker, it leads to nothing here.
            return false;
        }
    }
}
