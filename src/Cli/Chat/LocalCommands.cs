using System.Diagnostics;
using System.Text;
using Koda.Cli.Terminal;

namespace Koda.Cli.Chat;

/// <summary>
/// Commands that the person runs, on this machine and with the person's own rights: no agent and no sandbox is between. What they print
/// goes along with the next message.
/// </summary>
internal static class LocalCommands
{
    private const int MostKept = 16 * 1024;

    /// <summary>Runs a command of the shell in the workspace, and shows what it prints.</summary>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static async Task Run(ChatRoom room, string command, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(room.Current.Workspace))
        {
            room.Line($"The workspace '{room.Current.Workspace}' is not on this machine, so nothing can be run in it from here.", Tone.Bad);
            return;
        }
        using var process = Start(room.Current.Workspace, command);
        var kept = new StringBuilder();
        try
        {
            while (await process.StandardOutput.ReadLineAsync(cancellationToken) is { } line)
            {
                room.Line("  " + line);
                if (kept.Length < MostKept)
                    kept.AppendLine(line);
            }
            await process.WaitForExitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
        var output = kept.Length > MostKept ? kept.ToString(0, MostKept) + "…" : kept.ToString().TrimEnd();
        room.Context.Add(
            $"the output of '{Printable.Line(command, 40)}'",
            $"I ran `{command}` (exit code {process.ExitCode}):\n~~~~\n{output}\n~~~~");
        room.Line($"exit code {process.ExitCode}. Along with the next message goes {room.Context.Names}; /drop leaves it out.", Tone.Faint);
    }

    private static Process Start(string directory, string command)
    {
        var start = new ProcessStartInfo("/bin/sh") { WorkingDirectory = directory, RedirectStandardOutput = true };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add("exec 2>&1 </dev/null\n" + command);
        return Process.Start(start) ?? throw new InvalidOperationException("The shell did not start.");
    }
}
