using System.CommandLine;

namespace Koda.Cli.Local;

/// <summary>The directories below which a worker serves workspaces.</summary>
internal static class WorkerRoots
{
    public static readonly Option<string[]> Option = new("--root")
    {
        Description =
            "A directory below which workspaces may lie. May be repeated. Default: $KODA_ROOTS, or the home directory, the current one and --workspace; / is anywhere.",
        HelpName = "DIR",
    };

    /// <param name="parse">The command line.</param>
    /// <param name="environment">The environment: <c>KODA_ROOTS</c> is a list like PATH.</param>
    /// <param name="workspace">The default workspace, when it was named. Null: it is the current directory.</param>
    public static IReadOnlyList<string> Of(ParseResult parse, Func<string, string?> environment, string? workspace)
    {
        var given = parse.GetValue(Option) is { Length: > 0 } options
            ? options
            : (environment("KODA_ROOTS") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        var usual = (string[])[workspace is null ? "" : Path.GetFullPath(workspace), .. given.Length > 0 ? [] : Usual];
        return [.. given.Select(Path.GetFullPath).Concat(usual.Where(IsPlace)).Select(Path.TrimEndingDirectorySeparator).Distinct()];
    }

    private static string[] Usual => [Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), Directory.GetCurrentDirectory()];

    // "/" is anywhere, which is for --root alone to say.
    private static bool IsPlace(string directory) => directory.Length > 1 && Directory.Exists(directory);
}
