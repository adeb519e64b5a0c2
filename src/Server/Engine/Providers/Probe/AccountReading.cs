using System.Text.Json;

namespace Koda.Server.Engine.Providers;

/// <summary>Reads whom a key belongs to, where a provider tells.</summary>
internal static class AccountReading
{
    /// <summary>OpenRouter: <c>{"data":{"label","is_free_tier","limit"}}</c>. xAI: <c>{"name","team_id"}</c>.</summary>
    public static (string Account, string Plan) From(JsonElement answer)
    {
        var data = answer.ValueKind == JsonValueKind.Object && answer.TryGetProperty("data", out var inner) ? inner : answer;
        var account = JsonReading.Text(data, "label") is { Length: > 0 } label ? label : JsonReading.Text(data, "name");
        var plan = JsonReading.Flag(data, "is_free_tier") switch
        {
            true => "free",
            false => "paid",
            null => "",
        };
        return (Masked(account), plan);
    }

    // OpenRouter labels a key by its own beginning and end.
    private static string Masked(string label) => label.StartsWith("sk-", StringComparison.Ordinal) ? "API key" : label;
}
