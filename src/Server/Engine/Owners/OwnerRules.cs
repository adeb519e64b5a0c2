namespace Koda.Server.Engine.Owners;

/// <summary>Rules about what an owner may say of themselves.</summary>
internal static class OwnerRules
{
    private const int MaxDisplayName = 80;

    /// <summary>What is wrong with a name for people, as the end of a sentence; null when nothing is.</summary>
    public static string? DisplayNameFault(string name) => name.Length > MaxDisplayName || name.Any(char.IsControl)
        ? $"must have at most {MaxDisplayName} characters and no control characters"
        : null;
}
