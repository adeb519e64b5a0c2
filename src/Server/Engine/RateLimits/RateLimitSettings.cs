namespace Koda.Server.Engine.RateLimits;

/// <summary>What the server's settings change about the budgets.</summary>
/// <param name="IsOff">Nothing is limited.</param>
/// <param name="Budgets">Other budgets by the name of their bucket; null for one that is off.</param>
internal sealed record RateLimitSettings(bool IsOff, IReadOnlyDictionary<string, RateBudget?> Budgets)
{
    /// <summary>The bucket that a budget without a name is for.</summary>
    public const string General = "general";

    /// <summary>The bucket of calls that were refused for their credential.</summary>
    public const string Refused = "refused";

    /// <summary>The budget of <see cref="Refused"/> where the settings say nothing.</summary>
    public static readonly RateBudget UsualRefused = new(5, TimeSpan.FromMinutes(1));

    /// <summary>
    /// Reads <c>off</c>, or budgets separated by commas: <c>240/60s,login=10/300s,profile=off</c>. The one without a name is the general
    /// one.
    /// </summary>
    /// <param name="text">Null or empty: nothing is changed.</param>
    /// <param name="known">The budgets by name that can be changed.</param>
    /// <exception cref="FormatException">The text says something else; the message says what.</exception>
    public static RateLimitSettings Parse(string? text, IReadOnlyDictionary<string, RateBudget> known)
    {
        var budgets = new Dictionary<string, RateBudget?>();
        var items = (text ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (items is ["off"])
            return new RateLimitSettings(true, budgets);
        foreach (var item in items)
        {
            var pair = item.Split('=', 2, StringSplitOptions.TrimEntries);
            var (name, budget) = pair.Length == 1 ? (General, pair[0]) : (pair[0], pair[1]);
            if (!known.TryGetValue(name, out var usual))
                throw new FormatException(
                    $"CONTROL_PLANE_RATE_LIMIT: there is no bucket {name}; there are {string.Join(", ", known.Keys.Order(StringComparer.Ordinal))}"
                );
            budgets[name] =
                budget == "off"
                    ? null
                    : RateBudget.Parse(budget, usual.Window)
                        ?? throw new FormatException($"CONTROL_PLANE_RATE_LIMIT: {item} is no budget; write N, N/60s or off");
        }

        return new RateLimitSettings(false, budgets);
    }

    /// <summary>The budget of a bucket; null when it is not limited, as one whose usual limit is 0.</summary>
    public RateBudget? Of(string bucket, RateBudget usual) =>
        IsOff ? null
        : Budgets.TryGetValue(bucket, out var changed) ? changed
        : usual.Limit == 0 ? null
        : usual;
}
