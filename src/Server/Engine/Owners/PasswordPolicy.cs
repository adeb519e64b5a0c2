using System.Collections.Frozen;

namespace Koda.Server.Engine.Owners;

/// <summary>What a password must be.</summary>
internal static class PasswordPolicy
{
    private const int MinLength = 12;
    private const int MaxLength = 256;
    private const int MinKinds = 3;
    private const double MinBitsPerCharacter = 2.0;

    // A shorter name is in too many words by chance.
    private const int ShortestName = 3;

    private static readonly FrozenSet<string> s_common = ReadCommon();

    /// <summary>Everything that is wrong with the password, as the ends of a sentence.</summary>
    public static IReadOnlyList<string> Faults(string password, string username, string email)
    {
        var faults = new List<string>();
        if (password.Length < MinLength)
            faults.Add($"must have at least {MinLength} characters");
        if (password.Length > MaxLength)
            faults.Add($"must have at most {MaxLength} characters");
        if (Kinds(password) < MinKinds)
            faults.Add("must have at least three of: lower-case letters, upper-case letters, digits, other characters");
        if (Names(username, email).Any(name => password.Contains(name, StringComparison.OrdinalIgnoreCase)))
            faults.Add("must not contain the username or the name in the e-mail address");
        if (IsCommon(password))
            faults.Add("must not be one of the most common passwords, also with digits or signs after it");
        if (BitsPerCharacter(password) < MinBitsPerCharacter)
            faults.Add("must not repeat few characters");
        return faults;
    }

    private static IEnumerable<string> Names(string username, string email) =>
        new[] { username, email.Split('@')[0] }.Where(name => name.Length >= ShortestName);

    private static int Kinds(string password) =>
        Convert.ToInt32(password.Any(char.IsLower))
        + Convert.ToInt32(password.Any(char.IsUpper))
        + Convert.ToInt32(password.Any(char.IsDigit))
        + Convert.ToInt32(password.Any(character => !char.IsLetterOrDigit(character)));

    private static bool IsCommon(string password)
    {
        var lower = password.ToLowerInvariant();
        var word = lower.TrimEnd([.. lower.Where(character => !char.IsLetter(character))]);
        return s_common.Contains(lower) || s_common.Contains(word);
    }

    /// <summary>Shannon's entropy of the password's own characters.</summary>
    private static double BitsPerCharacter(string password) => password.GroupBy(character => character)
        .Select(group => (double)group.Count() / password.Length)
        .Sum(share => -share * Math.Log2(share));

    private static FrozenSet<string> ReadCommon()
    {
        using var list = typeof(PasswordPolicy).Assembly.GetManifestResourceStream("common-passwords.txt")!;
        using var reader = new StreamReader(list);
        return reader
            .ReadToEnd()
            .Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .ToFrozenSet(StringComparer.Ordinal);
    }
}
