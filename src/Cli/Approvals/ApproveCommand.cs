using System.CommandLine;
using Koda.Cli.Lists;
using Koda.Cli.Terminal;

namespace Koda.Cli.Approvals;

/// <summary><c>koda approve</c></summary>
internal static class ApproveCommand
{
    private static readonly Listing<Runtime.Approval> s_listing = new(
        approval => approval.Id,
        new("APPROVAL", approval => approval.Id),
        new("AGENT", approval => approval.AgentId),
        new("ACTION", ApprovalView.Action),
        new("RISK", approval => approval.Risk, Importance.Detail),
        new("EXPIRES", approval => Units.Minute(approval.ExpiresAt), Importance.Detail),
        new("TASK", approval => approval.TaskId, Importance.Extra));

    public static Command Create(CommonOptions common)
    {
        var id = new Argument<string?>("approval") { Description = "The approval's id, apr_...", Arity = ArgumentArity.ZeroOrOne };
        var list = new Option<bool>("--list") { Description = "List what waits for an answer." };
        var deny = new Option<bool>("--deny") { Description = "Deny instead." };
        var always = new Option<bool>("--always") { Description = "Allow every later call of the same tool by this task too." };
        var rationale = new Option<string>("--rationale") { Description = "Why, at most 500 characters.", DefaultValueFactory = _ => "" };
        var command = new TaughtCommand(
            "approve",
            "Answers an action that waits for a person. The first answer stands.",
            """
            koda approve --list
            koda approve apr_... --always
            koda approve apr_... --deny --rationale "not on the release branch"
            """) { id, list, deny, always, rationale, common.Output };
        command.Validators.Add(result =>
        {
            if (result.GetValue(id) is null != result.GetValue(list))
                result.AddError("Give either an approval's id or --list.");
            if (result.GetValue(deny) && result.GetValue(always))
                result.AddError("--deny and --always exclude each other.");
        });
        command.SetAction(async (parse, cancellationToken) =>
        {
            await using var session = common.Open(parse);
            if (parse.GetValue(id) is not { } one)
            {
                await List(session, cancellationToken);
                return ExitCode.Ok;
            }
            var answered = await session.Client.Approvals.AnswerAsync(new Runtime.AnswerApprovalRequest
            {
                ApprovalId = one,
                Decision = parse.GetValue(deny) ? Runtime.ApprovalDecision.Deny : Runtime.ApprovalDecision.Approve,
                Scope = parse.GetValue(always) ? Runtime.ApprovalScope.Always : Runtime.ApprovalScope.Once,
                Rationale = parse.GetValue(rationale) ?? "",
            }, cancellationToken);
            session.Terminal.Out.WriteLine(session.Json
                ? JsonOutput.Text(answered)
                : $"{answered.Id} is {answered.State.ToString().ToLowerInvariant()}: {ApprovalView.Action(answered)}");
            return ExitCode.Ok;
        });
        return command;
    }

    private static async Task List(Session session, CancellationToken cancellationToken)
    {
        var waiting = await session
            .Client.Approvals.ListAsync(Runtime.ApprovalState.Pending, cancellationToken: cancellationToken)
            .ToListAsync(cancellationToken);
        s_listing.Write(session, waiting, JsonOutput.List, "Nothing waits for an approval.");
    }
}
