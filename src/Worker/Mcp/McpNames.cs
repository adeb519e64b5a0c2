using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Koda.Worker.Mcp;

/// <summary>
/// Names of tools as every provider takes them: at most 64 letters, digits, hyphens and underscores. A name that is changed such that it
/// could be another's gets a digest of what it was, so that it is the same whenever the server is asked.
/// </summary>
internal sealed partial class McpNames
{
    private const int Longest = 64;
    private const int DigestLength = 8;

    private readonly HashSet<string> _taken = new(StringComparer.Ordinal);

    /// <summary>The name of a server's tool, which no other one has.</summary>
    public string Of(string server, string tool)
    {
        var name = $"{McpTool.Prefix}{Plain().Replace(server, "_")}__{Plain().Replace(tool, "_")}";
        if (name.Length > Longest || !_taken.Add(name))
        {
            var digest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{server}\n{tool}")))[..DigestLength];
            name = $"{name[..Math.Min(name.Length, Longest - DigestLength - 1)]}_{digest}";
            _taken.Add(name);
        }
        return name;
    }

    /// <summary>Whether the name of a tool needs no change, so that it goes before those that do.</summary>
    public static bool IsPlain(string tool) => !Plain().IsMatch(tool);

    [GeneratedRegex("[^A-Za-z0-9_-]")]
    private static partial Regex Plain();
}
