using System.Text;
using System.Text.RegularExpressions;
using Koda.Protos.Common.V1;
using Koda.Server.Engine.Secrets;

namespace Koda.Server.Engine.Agents;

/// <summary>What an agent's secret may be called and hold.</summary>
internal static partial class AgentSecretRules
{
    private const int MaxValueBytes = 32 * 1024;

    // What decides which program runs, or what a shell does before its first command, is not for secrets to change.
    private static readonly string[] s_reserved =
    [
        "PATH", "HOME", "TMPDIR", "IFS", "ENV", "SHELLOPTS", "BASHOPTS", "PS4", "PROMPT_COMMAND", "GIT_SSH_COMMAND", "GIT_EXTERNAL_DIFF",
        "PAGER", "GIT_PAGER",
    ];

    private static readonly string[] s_reservedBeginnings = ["KODA_", "LD_", "DYLD_", "BASH_"];

    /// <summary>The name as it is stored.</summary>
    public static string Key(string name) => name.ToUpperInvariant();

    /// <exception cref="EngineException">INVALID_REQUEST, with every problem.</exception>
    public static void Check(string name, string value)
    {
        var problems = new Dictionary<string, string>();
        if (!NamePattern().IsMatch(name))
            problems["secret_key"] = "must have 1 to 128 letters, digits and underscores, and not begin with a digit";
        else if (s_reserved.Contains(name) || s_reservedBeginnings.Any(beginning => name.StartsWith(beginning, StringComparison.Ordinal)))
            problems["secret_key"] = $"{name} is a variable that secrets may not set";
        if (value.Length < KnownSecrets.ShortestSecret)
            problems["value"] =
                $"must have at least {KnownSecrets.ShortestSecret} characters: a shorter one could not be told from ordinary text, and so not be kept out of logs";
        else if (Encoding.UTF8.GetByteCount(value) > MaxValueBytes)
            problems["value"] = $"must have at most {MaxValueBytes} bytes";
        else if (value.Contains('\0', StringComparison.Ordinal))
            problems["value"] = "must not hold a zero character, which no environment can";
        if (problems.Count > 0)
            throw new EngineException(ErrorReason.InvalidRequest, "The secret cannot be stored.", problems);
    }

    [GeneratedRegex(@"\A[A-Z_][A-Z0-9_]{0,127}\z", RegexOptions.CultureInvariant)]
    private static partial Regex NamePattern();
}
