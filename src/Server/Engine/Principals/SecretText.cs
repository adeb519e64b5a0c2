using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Koda.Server.Engine.Principals;

/// <summary>The form of a bearer secret: a prefix that says what it is and that secret scanners can find, and 32 random bytes.</summary>
internal static class SecretText
{
    public const string Token = "kpat_";
    public const string Session = "kodas_";
    public const string Registration = "kodar_";
    public const string Device = "kodad_";

    private const int SecretBytes = 32;
    private const int MaxLength = 128;

    public static string New(string prefix) => prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SecretBytes));

    /// <summary>What is stored of a secret: of 256 random bits, a plain SHA-256 cannot be turned back.</summary>
    public static byte[] Hash(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret));

    /// <summary>False for texts that cannot be a secret of this kind, so that they cost neither a hash nor a query.</summary>
    public static bool IsPlausible(string secret, string prefix) =>
        secret.Length <= MaxLength && secret.StartsWith(prefix, StringComparison.Ordinal);
}
