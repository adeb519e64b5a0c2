namespace Koda.Cli.Approvals;

/// <summary>What a person says when an agent asks to do something.</summary>
internal enum Consent
{
    Yes,
    Always,
    No,

    /// <summary>The question stays open.</summary>
    Later,
}

/// <summary>The keys of the answers, the same wherever something is asked.</summary>
internal static class ConsentKeys
{
    /// <param name="always">What an answer for always allows. Empty: it is not said.</param>
    /// <param name="later">Whether the question may stay open.</param>
    public static string Line(string always, bool later) =>
        $"Allow it? [y]es, [a]lways{(always.Length > 0 ? " " + always : "")}, [n]o{(later ? ", [l]ater" : "")}: ";

    /// <summary>The answer. Null: it is none.</summary>
    public static Consent? Read(string line) => line.Trim().ToLowerInvariant() switch
    {
        "y" or "yes" or "o" or "once" => Consent.Yes,
        "a" or "always" => Consent.Always,
        "n" or "no" or "r" or "reject" or "deny" => Consent.No,
        "l" or "later" => Consent.Later,
        _ => null,
    };
}
