namespace Koda.Server.Engine.Settings;

/// <summary>What settings must keep to, but for what only the database knows.</summary>
internal static class SettingsRules
{
    private const int MaxUsers = 1000;
    private const int MaxName = 128;
    private static readonly TimeSpan s_longestApproval = TimeSpan.FromDays(30);

    /// <summary>Every problem, by field.</summary>
    public static Dictionary<string, string> Problems(SystemSettings settings)
    {
        var problems = new Dictionary<string, string>();
        CheckUsers(settings.AllowedUsers, problems);
        (string Field, long Value)[] limits =
        [
            ("max_iterations", settings.Defaults.MaxIterations),
            ("max_tokens", settings.Defaults.MaxTokens),
            ("max_cost_usd", settings.Defaults.MaxCostMicros),
            ("timeout_seconds", settings.Defaults.TimeoutSeconds),
        ];
        foreach (var (field, _) in limits.Where(limit => limit.Value < 0))
            problems[$"defaults.{field}"] = "must not be negative";
        if (settings.Policy.ApprovalTimeoutSeconds < 0 || settings.Policy.ApprovalTimeoutSeconds > s_longestApproval.TotalSeconds)
            problems["policy.approval_timeout_seconds"] = $"must be 0 to {s_longestApproval.TotalSeconds:0}";
        return problems;
    }

    private static void CheckUsers(IReadOnlyList<string> users, Dictionary<string, string> problems)
    {
        if (users.Count > MaxUsers)
            problems["allowed_users"] = $"must name at most {MaxUsers} users";
        for (var i = 0; i < users.Count && i < MaxUsers; i++)
        {
            if (string.IsNullOrWhiteSpace(users[i]) || users[i].Length > MaxName)
                problems[$"allowed_users[{i}]"] = $"must have 1 to {MaxName} characters";
        }
    }
}
