using System.Security.Cryptography;
using System.Text;
using Koda.Server.Engine.SetupCodes;

namespace Koda.Server.Engine.Owners;

/// <summary>Codes that each set a new password once: <c>xxxx-xxxx-xxxx</c>, 60 random bits.</summary>
internal static class RecoveryCode
{
    public const int Count = 10;

    private const int Length = 12;
    private const int SaltSize = 16;
    private const int HashSize = 32;

    // A code is random, so it needs fewer rounds than a password that a person chose.
    private const int Rounds = 20_000;

    /// <summary>Ten new codes, the salt that they share, and what is stored of each.</summary>
    public static (IReadOnlyList<string> Codes, byte[] Salt, IReadOnlyList<byte[]> Hashes) NewSet()
    {
        var codes = Enumerable.Range(0, Count).Select(_ => CodeText.New(Length).ToLowerInvariant()).ToList();
        var salt = RandomNumberGenerator.GetBytes(SaltSize);
        return (codes, salt, [.. codes.Select(code => Hash(code, salt))]);
    }

    /// <summary>What is stored of a code, however a person has typed it.</summary>
    public static byte[] Hash(string code, byte[] salt) =>
        Rfc2898DeriveBytes.Pbkdf2(Encoding.ASCII.GetBytes(CodeText.Normalize(code)), salt, Rounds, HashAlgorithmName.SHA512, HashSize);
}
