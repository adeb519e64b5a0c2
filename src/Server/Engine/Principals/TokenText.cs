using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Koda.Server.Engine.Principals;

/// <summary>The form of a token: a prefix that secret scanners can find, and 32 random bytes.</summary>
internal static class TokenText
{
    private const string Prefix = "kpat_";
    private const int SecretBytes = 32;
    private const int MaxLength = 128;

    public static string New() => Prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SecretBytes));

    /// <summary>What is stored of a token: of 256 random bits, a plain SHA-256 cannot be turned back.</summary>
    public static byte[] Hash(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));

    /// <summary>False for texts that no token can be, so that they cost neither a hash nor a query.</summary>
    public static bool IsPlausible(string token) => token.Length <= MaxLength && token.StartsWith(Prefix, StringComparison.Ordinal);
}
