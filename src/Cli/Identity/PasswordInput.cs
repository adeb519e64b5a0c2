using System.CommandLine;
using Koda.Cli.Terminal;

namespace Koda.Cli.Identity;

/// <summary>Asks for what must not stand on a command line, where every user of the machine could read it.</summary>
internal static class PasswordInput
{
    /// <summary>The code of a new password that was typed differently the second time.</summary>
    public const string Differs = "password.differs";

    public static Option<bool> StdinOption() => new("--password-stdin") { Description = "Read the password from the first line of stdin." };

    /// <summary>The password from stdin, or asked for without showing what is typed.</summary>
    public static async Task<string> Read(CliTerminal terminal, string prompt, bool fromInput, CancellationToken cancellationToken)
    {
        if (fromInput)
            return await Task.Run(terminal.In.ReadLine, cancellationToken).WaitAsync(cancellationToken)
                ?? throw NoInput("--password-stdin", "stdin holds no password.");
        if (!terminal.Interactive)
            throw NoInput("--password-stdin", "Nobody can be asked for the password.");
        terminal.Error.Write(prompt);
        var typed = await Task.Run(terminal.ReadHidden, cancellationToken).WaitAsync(cancellationToken);
        terminal.Error.WriteLine();
        return typed;
    }

    /// <summary>A new password, which a person types twice: nobody sees what is typed, and a slip would lock its owner out.</summary>
    public static async Task<string> ReadNew(CliTerminal terminal, bool fromInput, CancellationToken cancellationToken)
    {
        var typed = await Read(terminal, "New password (12 characters or more): ", fromInput, cancellationToken);
        if (fromInput || typed == await Read(terminal, "The same again: ", fromInput: false, cancellationToken))
            return typed;
        throw new CliException("The two passwords differ.", ExitCode.Usage, code: Differs);
    }

    /// <summary>A line that a person types.</summary>
    public static async Task<string> Ask(CliTerminal terminal, string prompt, CancellationToken cancellationToken)
    {
        if (!terminal.Interactive)
            throw NoInput("the arguments", "Nobody can be asked.");
        terminal.Error.Write(prompt);
        return await Task.Run(terminal.In.ReadLine, cancellationToken).WaitAsync(cancellationToken) ?? "";
    }

    /// <summary>The same with an answer that Enter takes.</summary>
    public static async Task<string> Ask(CliTerminal terminal, string question, string proposal, CancellationToken cancellationToken)
    {
        var typed = await Ask(terminal, proposal.Length > 0 ? $"  {question} [{proposal}]: " : $"  {question}: ", cancellationToken);
        return typed.Trim() is { Length: > 0 } given ? given : proposal;
    }

    private static CliException NoInput(string way, string problem) => new(problem, ExitCode.Usage, $"Give it by {way}.", "cli.usage");
}
