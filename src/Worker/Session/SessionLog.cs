using Microsoft.Extensions.Logging;

namespace Koda.Worker.Session;

/// <summary>What the session logs.</summary>
internal static partial class SessionLog
{
    [LoggerMessage(1, LogLevel.Information, "Connected to server {ServerVersion}; {Held} attempts held.")]
    public static partial void Connected(this ILogger logger, string serverVersion, int held);

    [LoggerMessage(2, LogLevel.Warning, "The connection is gone ({Reason}); connecting again.")]
    public static partial void Disconnected(this ILogger logger, string reason);

    [LoggerMessage(3, LogLevel.Information, "Attempt {AttemptId} is not ours any more ({Reason}); it is dropped.")]
    public static partial void AttemptLost(this ILogger logger, string attemptId, string reason);

    [LoggerMessage(4, LogLevel.Error, "Attempt {AttemptId} failed inside the worker.")]
    public static partial void AttemptBroke(this ILogger logger, Exception error, string attemptId);

    [LoggerMessage(5, LogLevel.Information, "Draining: {Held} attempts to end.")]
    public static partial void Draining(this ILogger logger, int held);

    [LoggerMessage(6, LogLevel.Warning, "Commands run without a sandbox: {Reason}")]
    public static partial void NoSandbox(this ILogger logger, string reason);

    [LoggerMessage(7, LogLevel.Warning, "The tools of the server '{Server}' are left out: it does not answer.")]
    public static partial void McpServerFailed(this ILogger logger, Exception error, string server);

    [LoggerMessage(11, LogLevel.Warning, "Tools of the server '{Server}' are left out: {Tools}.")]
    public static partial void McpToolsLeftOut(this ILogger logger, string server, string tools);

    [LoggerMessage(9, LogLevel.Warning, "A server of tools that was not used any more did not end well.")]
    public static partial void McpServerNotEnded(this ILogger logger, Exception error);

    [LoggerMessage(10, LogLevel.Error, "The servers of tools could not be looked at.")]
    public static partial void McpRefreshFailed(this ILogger logger, Exception error);

    [LoggerMessage(8, LogLevel.Warning, "The servers of {File} are left out: the file cannot be read.")]
    public static partial void McpFileUnreadable(this ILogger logger, Exception error, string file);
}
