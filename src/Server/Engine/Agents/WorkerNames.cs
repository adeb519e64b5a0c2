using System.Text.RegularExpressions;

namespace Koda.Server.Engine.Agents;

/// <summary>What the ids, roles and tags of workers keep to, where they say them and where agents ask for them.</summary>
internal static partial class WorkerNames
{
    public const int MostTags = 32;
    public const int LongestId = 128;
    public const string Rule = "must have 1 to 64 letters, digits and . _ - / of ASCII, and begin with a letter or digit";
    public const string IdRule = "must have 1 to 128 characters, none of them a control character";

    public static bool IsValid(string name) => Name().IsMatch(name);

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9._/-]{0,63}\z")]
    private static partial Regex Name();
}
