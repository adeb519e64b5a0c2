namespace Koda.Worker.Tools;

/// <summary>The environment of commands: nothing of the worker's own but where programs are.</summary>
internal static class CommandEnvironment
{
    private const string DefaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    // A branch that follows another one would be noted in the repository's configuration, which a sandbox keeps as it is. Without a network
    // nobody can be asked which packages are known to be vulnerable.
    private static readonly Dictionary<string, string> s_confined = new()
    {
        ["GIT_CONFIG_COUNT"] = "1",
        ["GIT_CONFIG_KEY_0"] = "branch.autoSetupMerge",
        ["GIT_CONFIG_VALUE_0"] = "false",
        ["NuGetAudit"] = "false",
    };

    /// <param name="home">The home directory that commands see.</param>
    /// <param name="confined">Whether they run in a sandbox.</param>
    public static Dictionary<string, string> Create(string home, bool confined = false)
    {
        var environment = new Dictionary<string, string>(confined ? s_confined : [])
        {
            ["PATH"] = Environment.GetEnvironmentVariable("PATH") ?? DefaultPath,
            ["HOME"] = home,
            ["TMPDIR"] = "/tmp",
            ["LANG"] = "C.UTF-8",
            ["TERM"] = "dumb",
            ["NO_COLOR"] = "1",
            ["CI"] = "1",
            ["PAGER"] = "cat",
            ["GIT_PAGER"] = "cat",
            ["GIT_TERMINAL_PROMPT"] = "0",
            ["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1",
            ["DOTNET_NOLOGO"] = "1",
        };
        foreach (var (name, value) in Toolchains.Variables)
            environment[name] = value;
        return environment;
    }
}
