using System.CommandLine;
using Koda.Cli.Terminal;
using Koda.Server.Hosting.Backups;

namespace Koda.Cli.Backups;

/// <summary>The passphrase of an archive: from a file, or from a person.</summary>
internal static class PassphraseInput
{
    public static Option<string?> FileOption(string description) =>
        new("--passphrase-file") { Description = description, HelpName = "FILE" };

    /// <summary>A new one, which a person types twice: nobody sees what is typed, and a slip would lock everybody out.</summary>
    public static async Task<string> ReadNew(CliTerminal terminal, string? file, CancellationToken cancellationToken)
    {
        var passphrase = await Read(
            terminal, file, "Give one by --passphrase-file, or leave the master key out with --without-key.", cancellationToken);
        if (passphrase.Length < PassphraseSeal.MinLength)
            throw new CliException(
                $"A passphrase has {PassphraseSeal.MinLength} characters or more: whoever has the archive can try as many as they like.",
                ExitCode.Usage, code: "cli.usage");
        return file is not null || passphrase == await Ask(terminal, "The same again: ", cancellationToken)
            ? passphrase
            : throw new CliException("The two passphrases differ.", ExitCode.Usage, code: "cli.usage");
    }

    /// <summary>The one that an archive was sealed with.</summary>
    public static Task<string> Read(CliTerminal terminal, string? file, CancellationToken cancellationToken) =>
        Read(terminal, file, "Give it by --passphrase-file.", cancellationToken);

    private static async Task<string> Read(CliTerminal terminal, string? file, string otherwise, CancellationToken cancellationToken)
    {
        if (file is null)
            return terminal.Interactive
                ? await Ask(terminal, "Passphrase: ", cancellationToken)
                : throw new CliException("Nobody can be asked for the passphrase.", ExitCode.Usage, otherwise, "cli.usage");
        using var reader = new StreamReader(file);
        return await reader.ReadLineAsync(cancellationToken) is { Length: > 0 } line
            ? line
            : throw new CliException($"The first line of '{file}' holds no passphrase.", ExitCode.Usage, code: "cli.usage");
    }

    private static async Task<string> Ask(CliTerminal terminal, string prompt, CancellationToken cancellationToken)
    {
        terminal.Error.Write(prompt);
        var typed = await Task.Run(terminal.ReadHidden, cancellationToken).WaitAsync(cancellationToken);
        terminal.Error.WriteLine();
        return typed;
    }
}
