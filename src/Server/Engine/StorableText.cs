namespace Koda.Server.Engine;

/// <summary>Text as PostgreSQL can store it.</summary>
internal static class StorableText
{
    /// <summary>The text, its NUL characters replaced by the replacement character.</summary>
    public static string Of(string text) => text.Replace('\0', '\uFFFD');
}
