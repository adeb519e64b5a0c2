namespace Koda.Cli;

/// <summary>Ends a command with a message for people, and what to do about it.</summary>
internal sealed class CliException(string message, int exitCode = ExitCode.Failed, string? hint = null, string code = "cli.failed")
    : Exception(message)
{
    public int ExitCode => exitCode;

    public string? Hint => hint;

    public string Code => code;
}
