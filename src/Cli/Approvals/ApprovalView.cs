using System.Text.Json;
using Koda.Cli.Tasks;
using Koda.Cli.Terminal;

namespace Koda.Cli.Approvals;

/// <summary>An action that waits for a person, in words.</summary>
internal static class ApprovalView
{
    public static string Action(Runtime.Approval approval)
    {
        using var arguments = JsonDocument.Parse(approval.Arguments.Length > 0 ? approval.Arguments : "{}");
        return $"{Printable.Text(approval.Tool)} {ToolSummary.Of(arguments.RootElement)}";
    }

    public static void Write(CliTerminal terminal, Runtime.Approval approval)
    {
        terminal.Error.WriteLine();
        terminal.Error.WriteLine(terminal.PaintError($"{approval.AgentId} asks: {Action(approval)}", Tone.Notice));
        if (approval.Preview.Length > 0)
            DiffView.Write(terminal, approval.Preview);
        if (approval.Risk.Length > 0)
            terminal.Error.WriteLine(terminal.PaintError($"risk: {approval.Risk}", Tone.Faint));
    }
}
