namespace Koda.Server.Hosting.Backups;

/// <summary>A backup was not written, or not restored, for a reason that whoever asked for it can put right. Nothing was changed.</summary>
/// <param name="code">The reason for programs, such as <c>backup.damaged</c>.</param>
/// <param name="message">What is wrong, in a sentence.</param>
/// <param name="hint">What to do about it.</param>
/// <param name="inner">How the system says it.</param>
internal sealed class BackupException(string code, string message, string? hint = null, Exception? inner = null) : Exception(message, inner)
{
    public string Code => code;

    public string? Hint => hint;
}
