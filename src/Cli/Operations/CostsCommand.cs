using System.CommandLine;
using System.Globalization;
using Koda.Cli.Lists;
using Koda.Cli.Terminal;
using Koda.Protos.ControlPlane.V1;

namespace Koda.Cli.Operations;

/// <summary><c>koda costs</c></summary>
internal static class CostsCommand
{
    private static readonly Listing<Cost> s_listing = new(
        cost => $"{cost.Day} {cost.AgentId} {cost.Model}".Trim(),
        new("DAY", cost => cost.Day.Length > 0 ? cost.Day : "all"),
        new("AGENT", cost => cost.AgentId.Length > 0 ? cost.AgentId : "all"),
        new("MODEL", cost => cost.Model),
        new("COST", cost => CostText.Of(cost.Usage), Importance.Whole) { Right = true },
        new("MODEL CALLS", cost => Number(cost.Usage.ModelCalls), Importance.Detail) { Right = true },
        new("TOOL CALLS", cost => Number(cost.Usage.ToolCalls), Importance.Detail) { Right = true },
        new("TOKENS IN", cost => Number(cost.Usage.InputTokens), Importance.Detail) { Right = true },
        new("TOKENS OUT", cost => Number(cost.Usage.OutputTokens), Importance.Detail) { Right = true },
        new("CACHED", cost => Number(cost.Usage.CachedInputTokens), Importance.Extra) { Right = true });

    public static Command Create(CommonOptions common)
    {
        var by = new Option<CostGroup[]>("--by")
        {
            Description = "What is told apart: agent, model, day. May come again.",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => [],
        };
        var since = new Option<string>("--since") { Description = "The first day.", HelpName = "YYYY-MM-DD", DefaultValueFactory = _ => "" };
        var until = new Option<string>("--until") { Description = "The last day.", HelpName = "YYYY-MM-DD", DefaultValueFactory = _ => "" };
        var agent = new Option<string>("--agent") { Description = "Only this agent's.", HelpName = "AGENT", DefaultValueFactory = _ => "" };
        var command = new TaughtCommand(
            "costs",
            "Sums up what models cost, by agent, model and day of UTC. Without --since: the last 30 days.",
            """
            koda costs
            koda costs --by agent
            koda costs --by day model --since 2026-01-01
            """) { by, since, until, agent, common.Output };
        command.SetAction(async (parse, cancellationToken) =>
        {
            await using var session = common.Open(parse);
            var request = new ListCostsRequest
            {
                GroupBy = { parse.GetValue(by) ?? [] },
                Since = parse.GetValue(since) ?? "",
                Until = parse.GetValue(until) ?? "",
                AgentId = parse.GetValue(agent) ?? "",
                Limit = 1000,
            };
            var costs = new List<Cost>();
            ListCostsResponse page;
            do
            {
                page = await session.Client.Operations.ListCostsAsync(request, cancellationToken);
                costs.AddRange(page.Items);
                request.Cursor = page.NextCursor;
            }
            while (page.NextCursor.Length > 0);
            s_listing.Write(session, costs, JsonOutput.List, "Nothing was consumed in this time.");
            if (session.Format == ListFormat.Table && costs.Count > 1)
                session.Terminal.Out.WriteLine($"Together {CostText.Of(page.Total)}.");
            return ExitCode.Ok;
        });
        return command;
    }

    private static string Number(long count) => count.ToString("#,0", CultureInfo.InvariantCulture);
}
