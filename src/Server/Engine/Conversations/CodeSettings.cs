using System.Collections.Frozen;
using System.Globalization;
using Koda.Providers;
using Koda.Server.Engine.Agents;

namespace Koda.Server.Engine.Conversations;

/// <summary>Settings of coding sessions, by name. Names that mean nothing to Koda are kept for the clients that set them.</summary>
internal sealed class CodeSettings(IReadOnlyDictionary<string, string> stored)
{
    private const int MostSubagents = 100;
    private const int LongestSubagent = 24 * 3600;

    /// <summary>What Koda heeds, and what holds until somebody sets it.</summary>
    public static readonly FrozenDictionary<string, string> Defaults = new Dictionary<string, string>
    {
        ["session.snapshot"] = "true",
        ["session.budget"] = "0",
        ["session.budget_warn"] = "0.8",
        ["session.compaction_threshold"] = "0.8",
        ["session.fallback_models"] = "",
        ["session.max_subagents"] = "10",
        ["session.subagent_timeout"] = "300",
        ["session.subagent_patience"] = "900",
        ["session.subagent_budget"] = "0",
        ["permission"] = "{}",
        ["error_display_time"] = "5",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>A snapshot is taken after each turn that changed files.</summary>
    public bool Snapshots => Value("session.snapshot") == "true";

    /// <summary>What a conversation may cost. 0: no limit.</summary>
    public long BudgetMicros => Dollars.ToMicros(Number("session.budget"));

    public int BudgetWarnPercent => (int)(Number("session.budget_warn") * 100);

    public int CompactionPercent => (int)(Number("session.compaction_threshold") * 100);

    public IReadOnlyList<string> FallbackModels =>
        Value("session.fallback_models").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    /// <summary>How many subagents of one conversation work at once.</summary>
    public int MaxSubagents => (int)Number("session.max_subagents");

    /// <summary>How long a subagent may run, waiting not counted.</summary>
    public TimeSpan SubagentTimeout => TimeSpan.FromSeconds((double)Number("session.subagent_timeout"));

    /// <summary>How long a subagent waits for a worker.</summary>
    public TimeSpan SubagentPatience => TimeSpan.FromSeconds((double)Number("session.subagent_patience"));

    /// <summary>What one subagent may cost. 0: no limit.</summary>
    public long SubagentBudgetMicros => Dollars.ToMicros(Number("session.subagent_budget"));

    public IReadOnlyList<PermissionRule> Permissions => PermissionMap.Read(Value("permission"));

    /// <summary>Null: nobody set it, and Koda does not know it.</summary>
    public string? Find(string key) => stored.TryGetValue(key, out var value) ? value : Defaults.GetValueOrDefault(key);

    /// <summary>What is wrong with a value. Null: nothing.</summary>
    public static string? Fault(string key, string value) =>
        key switch
        {
            "session.snapshot" => value is "true" or "false" ? null : "must be true or false",
            "session.max_subagents" => IsNumber(value, MostSubagents) ? null : $"must be a number from 0 to {MostSubagents}",
            "session.subagent_timeout" or "session.subagent_patience" => IsNumber(value, LongestSubagent)
                ? null
                : $"must be a number of seconds, at most {LongestSubagent}",
            "session.budget" or "session.subagent_budget" => IsNumber(value, Dollars.Most)
                ? null
                : "must be an amount of US dollars; 0 is no limit",
            "session.budget_warn" or "session.compaction_threshold" => IsNumber(value, 1) ? null : "must be a number from 0 to 1",
            "error_display_time" => IsNumber(value, int.MaxValue) ? null : "must be a number of seconds",
            "permission" => PermissionMap.Fault(value),
            _ => null,
        };

    private string Value(string key) => Find(key) ?? "";

    private decimal Number(string key) => decimal.Parse(Value(key), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture);

    private static bool IsNumber(string value, decimal most) =>
        decimal.TryParse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) && number <= most;
}
