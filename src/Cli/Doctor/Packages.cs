namespace Koda.Cli.Doctor;

/// <summary>How programs are installed on this machine.</summary>
internal static class Packages
{
    private static readonly (string Program, string Command)[] s_known =
    [
        ("apt-get", "apt-get install"),
        ("dnf", "dnf install"),
        ("apk", "apk add"),
        ("pacman", "pacman -S"),
        ("zypper", "zypper install"),
        ("brew", "brew install"),
    ];

    /// <summary>The command that installs a package.</summary>
    public static string Install(string package) =>
        $"{s_known.FirstOrDefault(known => IsOnPath(known.Program), (Program: "", Command: "install")).Command} {package}";

    private static bool IsOnPath(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries).Any(folder => File.Exists(Path.Combine(folder, program)));
}
