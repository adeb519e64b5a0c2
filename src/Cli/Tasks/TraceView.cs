using System.Text.Json;
using Koda.Cli.Lists;
using Koda.Cli.Terminal;

namespace Koda.Cli.Tasks;

/// <summary>A trace in words.</summary>
internal static class TraceView
{
    private static readonly Listing<Runtime.TraceStep> s_steps = new(
        step => $"{step.Seq}",
        new("SEQ", step => $"{step.Seq}") { Right = true },
        new("STATUS", step => step.Status, Importance.Whole)
        {
            Tone = step =>
                step.Status is "ok" or "" ? Tone.Good
                : step.Status == "running" ? Tone.Notice
                : Tone.Bad,
        },
        new("DURATION", step => Units.Milliseconds(step.DurationMs), Importance.Whole) { Right = true },
        new("STEP", step => Printable.Line(Headline(step), 160)));

    public static void Write(CliTerminal terminal, Runtime.Trace trace, bool full)
    {
        terminal.Out.WriteLine($"{trace.TaskId}  {Printable.Line(trace.AgentId, 80)}  {trace.Status}");
        var lines = s_steps.Lines(terminal, trace.Steps, wide: full);
        terminal.Out.WriteLine(lines[0]);
        foreach (var (step, line) in trace.Steps.Zip(lines.Skip(1)))
        {
            terminal.Out.WriteLine(line);
            if (full)
                WriteBody(terminal, step);
        }
        var totals = trace.Totals ?? new();
        terminal.Out.WriteLine(
            $"{Units.Count(totals.TokensIn, "token")} in, {totals.TokensOut:N0} out · {Units.Cost(totals.CostUsd)} · {Units.Milliseconds(totals.LatencyMs)} in model calls"
        );
    }

    private static string Headline(Runtime.TraceStep step) => step switch
    {
        { ProviderCall: { } call } => $"{call.Provider} {call.Model}  {(call.Error is { } error ? error.Message : call.Text)}",
        { ToolCall: { } call } => $"{call.Tool}  {Arguments(call)}",
        { MemoryHit: { } hit } => $"memory {hit.Type} {hit.Score:0.00}  {hit.Text}",
        { RetrievalHit: { } hit } => $"retrieval {hit.Source}  {hit.Text}",
        { AuditEvent: { } audit } => $"{audit.Kind} by {audit.Actor}  {audit.Payload}",
        _ => step.Kind.ToString(),
    };

    private static string Arguments(Runtime.ToolCall call)
    {
        using var arguments = JsonDocument.Parse(call.Arguments.Length > 0 ? call.Arguments : "{}");
        return ToolSummary.Of(arguments.RootElement);
    }

    private static void WriteBody(CliTerminal terminal, Runtime.TraceStep step)
    {
        IEnumerable<(string Name, string Text)> parts = step switch
        {
            { ProviderCall: { } call } => [("prompt", call.Prompt), ("response", call.Response), ("stopped", call.StopReason)],
            { ToolCall: { } call } => [("arguments", call.Arguments), ("result", call.Result), ("diff", call.Diff),
                ("approval", call.Approval is { } a ? $"{a.ApprovalId} {a.Decision} {a.DecidedBy}" : "")],
            _ => [],
        };
        foreach (var (name, text) in parts.Where(part => part.Text.Length > 0))
            terminal.Out.WriteLine(
                terminal.Paint($"        {name}: ", Tone.Faint) + Printable.Text(text).ReplaceLineEndings("\n          "));
    }
}
