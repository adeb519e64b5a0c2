using System.Text;

namespace Koda.Worker.Providers.TextCalls;

/// <summary>
/// Tools for models that know none: they are described in the system prompt, called by
/// <c>&lt;agent_cmd tool="name"&gt;{"…"}&lt;/agent_cmd&gt;</c> in the text of an answer, and what they gave is told by the user as
/// <c>&lt;tool_result&gt;</c>.
/// </summary>
internal static class CommandPrompt
{
    public const string Tag = "agent_cmd";

    private const string Instruction =
        """
        You have the tools below. To use one, write, outside of any code block and in exactly this form:
        <agent_cmd tool="NAME">{"argument": "value"}</agent_cmd>
        What stands between the tags is one JSON object that fits the tool's schema. You may write several, one after the other. Then end your answer: what each
        gave is told to you as a <tool_result>. Do not write results yourself. When no tool is needed any more, answer without any <agent_cmd>.
        """;

    private const string NoMore = "Answer now without using any tool.";

    /// <summary>The request without tools, which are told in words.</summary>
    public static ModelRequest Of(ModelRequest request)
    {
        var system = new StringBuilder(request.System).Append(request.System.Length > 0 ? "\n\n" : "").Append(Instruction);
        if (!request.MayCallTools)
            system.Append('\n').Append(NoMore);
        foreach (var tool in request.Tools)
            system
                .Append("\n\n")
                .Append(tool.Name)
                .Append(": ")
                .Append(tool.Description)
                .Append("\nSchema: ")
                .Append(tool.InputSchema.ToJsonString());
        return request with
        {
            System = system.ToString(),
            Tools = [],
            Messages = ModelMessage.Alternating(request.Messages.Select(Written)),
        };
    }

    private static ModelMessage Written(ModelMessage message) =>
        message.Role switch
        {
            ModelRole.Tool => new ModelMessage(ModelRole.User, [new TextBlock(Result(message.Result)), .. message.Images]),
            ModelRole.Assistant => message with
            {
                Content =
                [
                    .. message.Content.Where(block => block is not (TextBlock or ToolCallBlock)),
                    new TextBlock(
                        string.Join('\n', ((string[])[message.Text, .. message.ToolCalls.Select(Command)]).Where(text => text.Length > 0))),
                ],
            },
            _ => message,
        };

    private static string Command(ToolCallBlock call) => $"<{Tag} tool=\"{call.Tool}\">{call.Arguments}</{Tag}>";

    // What a tool gave cannot end its own result and go on as the user.
    private static string Result(ToolResultBlock result)
    {
        var content = result.Content.Replace("</tool_result", "<\\/tool_result", StringComparison.OrdinalIgnoreCase);
        return $"<tool_result tool=\"{result.Tool}\" status=\"{(result.IsError ? "error" : "ok")}\">\n{content}\n</tool_result>";
    }
}
