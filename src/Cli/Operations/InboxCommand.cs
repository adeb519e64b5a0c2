using System.CommandLine;
using Koda.Cli.Lists;
using Koda.Cli.Terminal;
using Koda.Protos.ControlPlane.V1;

namespace Koda.Cli.Operations;

/// <summary><c>koda inbox</c></summary>
internal static class InboxCommand
{
    private static readonly Listing<InboxItem> s_listing = new(
        item => item.Id,
        new("ITEM", item => item.Id),
        new("ASKS", item => item.Purpose == InboxPurpose.Question ? "a question" : $"to use {item.Tool}", Importance.Whole),
        new("AGENT", item => item.AgentId),
        new("RISK", item => item.Risk, Importance.Detail),
        new("WAITS", item => Units.Age(item.CreatedAt), Importance.Detail) { Right = true },
        new("WHAT", item => FirstLine(item.Preview)),
        new("ABOUT", item => item.Title, Importance.Extra),
        new("TASK OR SESSION", item => item.TaskId + item.SessionId, Importance.Extra),
        new("EXPIRES", item => Units.Moment(item.ExpiresAt), Importance.Extra));

    public static Command Create(CommonOptions common)
    {
        var id = new Argument<string?>("item") { Description = "The item to answer, apr_...", Arity = ArgumentArity.ZeroOrOne };
        var approve = new Option<bool>("--approve") { Description = "Let the action run." };
        var always = new Option<bool>("--always") { Description = "Let it run, and every later call that the item reaches." };
        var deny = new Option<bool>("--deny") { Description = "Do not let it run, or leave the question unanswered." };
        var answer = new Option<string>("--answer") { Description = "The answer to a question.", HelpName = "TEXT", DefaultValueFactory = _ => "" };
        var rationale = new Option<string>("--rationale") { Description = "Why, at most 500 characters.", HelpName = "TEXT", DefaultValueFactory = _ => "" };
        var command = new TaughtCommand(
            "inbox",
            "Lists everything that waits for a person, of tasks and coding sessions, and answers it. The first answer stands.",
            """
            koda inbox
            koda inbox apr_... --approve
            koda inbox apr_... --answer "the second one"
            koda inbox apr_... --deny --rationale "not on the release branch"
            """) { id, approve, always, deny, answer, rationale, common.Output };
        command.Validators.Add(result =>
        {
            var ways = (result.GetValue(approve) ? 1 : 0) + (result.GetValue(always) ? 1 : 0) + (result.GetValue(deny) ? 1 : 0)
                + (result.GetValue(answer) is { Length: > 0 } ? 1 : 0);
            if (result.GetValue(id) is null ? ways > 0 : ways != 1)
                result.AddError("An item is answered by one of --approve, --always, --deny and --answer.");
        });
        command.SetAction(async (parse, cancellationToken) =>
        {
            await using var session = common.Open(parse);
            var operations = session.Client.Operations;
            if (parse.GetValue(id) is not { } one)
            {
                var waiting = await operations.ListInboxAsync(cancellationToken: cancellationToken).ToListAsync(cancellationToken);
                s_listing.Write(session, waiting, JsonOutput.List, "Nothing waits for a person.");
                return ExitCode.Ok;
            }
            var answered = await operations.AnswerAsync(new AnswerInboxItemRequest
            {
                ItemId = one,
                Decision = parse.GetValue(deny) ? InboxDecision.Deny : InboxDecision.Approve,
                Always = parse.GetValue(always),
                Response = parse.GetValue(answer) ?? "",
                Rationale = parse.GetValue(rationale) ?? "",
            }, cancellationToken);
            session.Terminal.Out.WriteLine(session.Json
                ? JsonOutput.Text(answered)
                : $"{answered.Id} is {(answered.Approved ? "approved" : "denied")}.");
            return ExitCode.Ok;
        });
        return command;
    }

    private static string FirstLine(string text) => text.Split('\n')[0];
}
