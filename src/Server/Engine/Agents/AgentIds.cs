using System.Text.RegularExpressions;

namespace Koda.Server.Engine.Agents;

/// <summary>The ids of agents: kept as their owner spells them, and one whatever their case.</summary>
internal static partial class AgentIds
{
    public const string Rule = "must have 1 to 63 letters, digits, dashes and underscores, and begin with a letter or a digit";

    public static bool IsValid(string id) => Pattern().IsMatch(id);

    /// <summary>
    /// What all spellings of an id share, as <c>lower(id)</c> does in the database. Empty, which no agent has, for what is no id.
    /// </summary>
    public static string Key(string id) => IsValid(id) ? id.ToLowerInvariant() : "";

    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9_-]{0,62}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}
