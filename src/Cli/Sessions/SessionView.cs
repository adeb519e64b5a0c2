using System.Text;
using System.Text.Json;
using Koda.Cli.Lists;
using Koda.Cli.Tasks;
using Koda.Cli.Terminal;

namespace Koda.Cli.Sessions;

/// <summary>A coding session in words.</summary>
internal static class SessionView
{
    /// <summary>What its newest turn does, or how that ended.</summary>
    public static string State(Code.Session session) => session.Turn switch
    {
        null => "new",
        { QuestionId.Length: > 0, Active: true } => "asks",
        { State: Code.TurnState.Unspecified } => "idle",
        var turn => turn.State.ToString().ToLowerInvariant(),
    };

    public static string Detail(CliTerminal terminal, Code.Session session) => new FactSheet(terminal)
        .Add("session", session.Id)
        .Add("title", session.Title)
        .Add("state", State(session) + (session.Turn?.Error is { } error ? $": {error.Message}" : ""))
        .Add("agent", session.AgentId)
        .Add("model", session.ModelId)
        .Add("workspace", session.Workspace)
        .Add("parent", session.ParentId.Length > 0 && session.Subagent ? session.ParentId + ", as its subagent" : session.ParentId)
        .Add("turns", session.Turn is { } turn ? $"{turn.Number}" : "")
        .Add("used", $"{Units.Count(session.TotalInputTokens, "token")} in, {session.TotalOutputTokens:N0} out")
        .Add("cost", Units.Cost(session.TotalCost, session.UnpricedCalls))
        .Add("created", Units.Moment(session.CreatedAt))
        .Add("last used", Units.Moment(session.UpdatedAt))
        .Add("go on", $"{terminal.Program} chat --session {session.Id}")
        .ToString();

    /// <summary>What was said, and the tools that were called, as Markdown.</summary>
    public static string Markdown(Code.Session session, IEnumerable<Code.Message> messages)
    {
        var text = new StringBuilder()
            .AppendLine($"# {(session.Title.Length > 0 ? session.Title : session.Id)}")
            .AppendLine()
            .AppendLine($"Session {session.Id} with {session.AgentId} in {session.Workspace}, {Units.Moment(session.CreatedAt)}.");
        foreach (var message in messages.Where(message => message.Role != "tool"))
        {
            text.AppendLine()
                .AppendLine($"## {(message.Role == "user" ? "You" : session.AgentId)}, {Units.Moment(message.CreatedAt)}")
                .AppendLine();
            if (message.Content.Trim().Length > 0)
                text.AppendLine(message.Content.Trim());
            foreach (var call in message.Parts.Where(part => part.Type == "tool_call"))
                text.AppendLine($"- `{Call(call)}`");
        }
        return text.ToString().TrimEnd();
    }

    private static string Call(Code.MessagePart part)
    {
        using var content = JsonDocument.Parse(part.Content);
        var arguments = content.RootElement.TryGetProperty("input", out var input) ? ToolSummary.Of(input) : "";
        return $"{content.RootElement.Text("tool")} {arguments}".TrimEnd().Replace('`', '\'');
    }
}
