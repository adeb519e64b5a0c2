using System.Security.Cryptography;

namespace Koda.Server.Engine.SetupCodes;

/// <summary>Codes that people read and type: groups of four, of letters and digits that do not look alike.</summary>
internal static class CodeText
{
    private const string Alphabet = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    private const int Group = 4;

    public static string New(int length) =>
        string.Join('-', RandomNumberGenerator.GetString(Alphabet, length).Chunk(Group).Select(group => new string(group)));

    /// <summary>The code in one spelling: upper case, without dashes and blanks.</summary>
    public static string Normalize(string code) => string.Concat(code.Where(char.IsAsciiLetterOrDigit)).ToUpperInvariant();
}
