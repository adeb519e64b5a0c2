using System.Text.Json.Nodes;
using Koda.Protos.Worker.V1;
using Koda.Worker.Journal;
using Koda.Worker.Tools;

namespace Koda.Worker.Loop;

/// <summary>Decides what becomes of a call: checks it, applies the agent's rules and people's answers.</summary>
internal sealed class CallPreparation(Toolbox tools, Permissions permissions, Conversation conversation, ToolContext context)
{
    private const string InterruptedText =
        "This call was interrupted: it had begun, and its outcome is unknown. Find out what it did before you repeat it.";

    public PreparedCall Prepare(PendingCall pending)
    {
        var call = pending.Call;
        if (tools.Find(call.Tool) is not { } tool)
        {
            var reason = $"There is no tool '{call.Tool}'. Use one of: {tools.Names}.";
            return new PreparedCall(call, CallFate.Invalid, ReadOnly: true) { Reason = reason };
        }
        var readOnly = tool.Definition.ReadOnly;
        if (pending.Started && !readOnly)
            return new PreparedCall(call, CallFate.Interrupted, readOnly) { Reason = InterruptedText };
        if (call.ArgumentsError is { } error)
            return new PreparedCall(call, CallFate.Invalid, readOnly) { Reason = error };
        try
        {
            var bound = tool.Bind(Parse(call.Arguments));
            return Permit(new PreparedCall(call, CallFate.Run, readOnly) { Bound = bound }, tool);
        }
        catch (ToolException refused)
        {
            var path = (refused as PathRefusedException)?.Path;
            return new PreparedCall(call, CallFate.Invalid, readOnly) { Reason = refused.Message, RefusedPath = path };
        }
    }

    private PreparedCall Permit(PreparedCall prepared, ITool tool)
    {
        var action = permissions.Decide(tool.Definition, prepared.Bound!.Subject(context));
        if (action == PermissionAction.Allow)
            return prepared;
        if (action == PermissionAction.Deny)
            return prepared with { Fate = CallFate.Denied, Reason = "The agent's rules forbid this call." };
        var call = prepared.Call;
        var answer = conversation.Approvals.Find(call.CallId, call.Tool, ActionDigest.Of(call.Tool, Canonical(call.Arguments)));
        return answer switch
        {
            null => prepared with { Fate = CallFate.Ask },
            { Approved: true } => prepared with { ApprovalId = answer.ApprovalId },
            _ => prepared with { Fate = CallFate.Denied, ApprovalId = answer.ApprovalId, Reason = answer.Reason },
        };
    }

    /// <summary>Arguments in the one spelling that the journal keeps, so that a digest survives it.</summary>
    public static string Canonical(string arguments) => Parse(arguments).ToJsonString();

    private static JsonObject Parse(string arguments) => JsonNode.Parse(arguments)!.AsObject();
}
