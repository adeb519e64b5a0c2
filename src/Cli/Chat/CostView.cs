using System.Globalization;
using Koda.Cli.Terminal;

namespace Koda.Cli.Chat;

/// <summary>What talking costs, in a line.</summary>
internal static class CostView
{
    /// <summary>What a turn consumed.</summary>
    public static string Of(Code.TurnDone done)
    {
        var parts = new List<string> { Tokens(done.Usage?.InputTokens ?? 0, done.Usage?.OutputTokens ?? 0) };
        parts.Add($"{Units.Cost(Units.Dollars(done.CostSnapshot))}, session {Units.Cost(done.SessionCost + done.SubagentCost)}");
        if (done.MaxInputTokens > 0)
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"context {100 * done.ContextSize / done.MaxInputTokens} %"));
        return string.Join(" · ", parts);
    }

    /// <summary>What a session consumed.</summary>
    public static string Of(Code.Session session) =>
        $"{Tokens(session.TotalInputTokens, session.TotalOutputTokens)} · {Units.Cost(session.Cost, session.UnpricedCalls)}, with subagents {Units.Cost(session.TotalCost, session.UnpricedCalls)}";

    private static string Tokens(long input, long output) => string.Create(CultureInfo.InvariantCulture, $"{input:N0} in, {output:N0} out");
}
