using System.Security.Cryptography;
using System.Text;

namespace Koda.Worker.Loop;

/// <summary>What an approval is bound to: the tool and its exact arguments.</summary>
internal static class ActionDigest
{
    /// <summary>The SHA-256 in lower-case hex of the tool, a zero byte and the arguments.</summary>
    public static string Of(string tool, string arguments) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{tool}\0{arguments}")));
}
