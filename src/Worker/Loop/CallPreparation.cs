using System.Text.Json.Nodes;
using Koda.Protos.Worker.V1;
using Koda.Worker.Journal;
using Koda.Worker.Tools;

namespace Koda.Worker.Loop;

/// <summary>Decides what becomes of a call: checks it, applies the agent's rules and people's answers.</summary>
/// <param name="tools">The agent's tools.</param>
/// <param name="permissions">The rules.</param>
/// <param name="conversation">Holds the answers.</param>
/// <param name="context">What calls work with.</param>
/// <param name="unattended">Whether nobody is there to answer.</param>
internal sealed class CallPreparation(
    Toolbox tools, Permissions permissions, Conversation conversation, ToolContext context, bool unattended = false)
{
    private const string InterruptedText =
        "This call was interrupted: it had begun, and its outcome is unknown. Find out what it did before you repeat it.";

    private const string ForbiddenText = "The agent's rules forbid this call.";

    private const string UnattendedText =
        "This call needs a person's permission, and nobody is there to answer. Do it in another way that is allowed, or say what you could not do.";

    private const string UnansweredText = "Nobody is there to answer. Decide by yourself, and say in your answer what you assumed.";

    private readonly DeniedPaths _denied = new(conversation.Approvals, tools, context);

    public PreparedCall Prepare(PendingCall pending)
    {
        var call = pending.Call;
        if (tools.Find(call.Tool) is not { } tool)
        {
            var reason = $"There is no tool '{call.Tool}'. Use one of: {tools.Names}.";
            return new PreparedCall(call, CallFate.Invalid, ReadOnly: true) { Reason = reason };
        }
        var readOnly = tool.Definition.ReadOnly;
        // What another agent does is not begun twice.
        if (pending.Started && !readOnly && tool is not SubagentTool)
            return new PreparedCall(call, CallFate.Interrupted, readOnly) { Reason = InterruptedText };
        if (call.ArgumentsError is { } error)
            return new PreparedCall(call, CallFate.Invalid, readOnly) { Reason = error };
        try
        {
            var bound = tool.Bind(Parse(call.Arguments));
            var prepared = new PreparedCall(call, CallFate.Run, readOnly) { Bound = bound, Begun = pending.Started };
            return bound.Subagent is not null ? Delegate(prepared, tool)
                : bound.Question is null ? Permit(prepared, tool)
                : Ask(prepared);
        }
        catch (Exception refused) when (refused is ToolException or IOException or UnauthorizedAccessException)
        {
            var path = (refused as PathRefusedException)?.Path;
            return new PreparedCall(call, CallFate.Invalid, readOnly) { Reason = refused.Message, RefusedPath = path };
        }
    }

    private PreparedCall Permit(PreparedCall prepared, ITool tool)
    {
        var demands = prepared.Bound!.Demands(tool.Definition, context).ToList();
        var decided = demands.Select(demand => (Demand: demand, Action: Decide(demand, tool))).ToList();
        if (decided.Find(each => each.Action == PermissionAction.Deny).Demand is { } forbidden)
            return Deny(prepared, forbidden, ForbiddenText);
        var open = decided.Where(each => each.Action == PermissionAction.Ask).Select(each => each.Demand).ToList();
        var always = conversation.Approvals.ForTool(tool.Definition.Name);
        var covered = always is null ? 0 : open.RemoveAll(demand => IsOwn(demand, tool));
        prepared = prepared with
        {
            Open = open,
            ApprovalId = covered > 0 ? always!.ApprovalId : null,
            // Each of them is permitted by the time that the call runs: by a rule, or by the answer to what is open.
            Reach = [.. demands.Select(demand => demand.Reach).OfType<OutsidePath>()],
            Touched =
            [
                .. demands
                    .Where(demand => demand.Changes && !Path.IsPathRooted(demand.Subject))
                    .Select(demand => demand.Subject)
                    .Distinct(),
            ],
        };
        if (open.Count == 0)
            return prepared;
        var answer = AnswerTo(prepared.Call);
        // What the words of a call lead to may have changed since: an answer reaches the paths that the person was shown.
        if (answer is { Approved: true, Shown: { } shown }
            && !shown.EndsWith(Demand.Told(prepared.Open, context.Workspace), StringComparison.Ordinal))
            answer = null;
        return answer switch
        {
            { Approved: true } => prepared with { ApprovalId = answer.ApprovalId },
            { } => Deny(prepared, prepared.Open[0], answer.Reason) with { ApprovalId = answer.ApprovalId },
            null when prepared.Open.FirstOrDefault(_denied.Holds) is { } again => Deny(
                prepared,
                again,
                $"A person denied '{again.Subject}' before."),
            null when unattended => Unattended(prepared),
            null => prepared with { Fate = CallFate.Ask, AlwaysPattern = AlwaysPattern(prepared.Open, tool) },
        };
    }

    private static PreparedCall Unattended(PreparedCall prepared) => prepared.Open.FirstOrDefault(demand => demand.Leaves) is { } leaving
        ? Deny(prepared, leaving, $"'{leaving.Subject}' is outside of the workspace or not to be changed without asking. {UnattendedText}")
        : Deny(prepared, prepared.Open[0], UnattendedText);

    // In a task an answer for always reaches every call of the tool, and of everything else only what it names.
    private string AlwaysPattern(IReadOnlyList<Demand> open, ITool tool) =>
        permissions.ByPattern
            ? open.Any(demand => demand.Always.Length > 0)
                ? Lines(open.Select(demand => demand.AlwaysText))
                : ""
            : open.All(demand => IsOwn(demand, tool))
                ? ""
                : Lines(open.Select(demand => IsOwn(demand, tool) ? $"{demand.Tool}:" : demand.AlwaysText));

    private static string Lines(IEnumerable<string> patterns) => string.Join('\n', patterns.Distinct());

    private bool IsOwn(Demand demand, ITool tool) => demand.Tool == tool.Definition.Name && !permissions.AsksForEach(demand.Tool);

    private PreparedCall Ask(PreparedCall prepared) => AnswerTo(prepared.Call) switch
    {
        { Approved: true } answer => prepared with { ApprovalId = answer.ApprovalId, Answer = new ToolResult(answer.Response ?? "Yes.") },
        { } answer => prepared with { Fate = CallFate.Denied, ApprovalId = answer.ApprovalId, Reason = answer.Response ?? answer.Reason },
        null when unattended => prepared with { Fate = CallFate.Denied, Reason = UnansweredText },
        null => prepared with { Fate = CallFate.Ask },
    };

    private PreparedCall Delegate(PreparedCall prepared, ITool tool)
    {
        if (conversation.SubagentOf(prepared.Call.CallId) is { } ended)
            return prepared with { Answer = new ToolResult(ended.Text) { IsError = !ended.Succeeded } };
        var permitted = prepared.Begun ? prepared : Permit(prepared, tool);
        return permitted.Fate == CallFate.Run ? permitted with { Fate = CallFate.Delegate } : permitted;
    }

    private ApprovalAnswer? AnswerTo(Providers.ToolCallBlock call) =>
        conversation.Approvals.Find(call.CallId, ActionDigest.Of(call.Tool, Canonical(call.Arguments)));

    private PermissionAction Decide(Demand demand, ITool tool)
    {
        var action = permissions.Decide(demand);
        var guarded = demand.Reach is { } reach && context.Workspace.Holds(reach.Path);
        // A command is asked about with all that it names; other tools do not leave the workspace unless a rule speaks of it.
        if (action is null && demand.Leaves && !guarded && tool.Definition.Name != BashTool.ToolName)
            throw new PathRefusedException(demand.Given ?? demand.Subject, "it lies outside of the workspace.");
        if (permissions.AsksForEach(demand.Tool))
            return action == PermissionAction.Deny ? PermissionAction.Deny : PermissionAction.Ask;
        action ??= demand.Harmless || permissions.Accepts(demand) ? PermissionAction.Allow : PermissionAction.Ask;
        return
            action == PermissionAction.Ask
            && conversation.Approvals.Always.Any(always => Permissions.Covers(always.Tool, always.Pattern, demand))
            ? PermissionAction.Allow
            : action.Value;
    }

    private static PreparedCall Deny(PreparedCall prepared, Demand demand, string reason) => prepared with
    {
        Fate = CallFate.Denied,
        Reason = reason,
        RefusedPath = demand.Leaves ? demand.Given ?? demand.Subject : null,
    };

    /// <summary>Arguments in the one spelling that the journal keeps, so that a digest survives it.</summary>
    public static string Canonical(string arguments) => Parse(arguments).ToJsonString();

    private static JsonObject Parse(string arguments) => JsonNode.Parse(arguments)!.AsObject();
}
