namespace Koda.Worker.Tools;

/// <summary>What a checker said, or why it said nothing.</summary>
/// <param name="Checker">The checker.</param>
/// <param name="Findings">What it found, as <see cref="Tools.Findings"/> gives it.</param>
/// <param name="Failure">Why it could not check. Null: it did, by its exit code.</param>
internal sealed record CheckRun(Checker Checker, IReadOnlyList<string> Findings, string? Failure)
{
    private const int MaxOutput = 2000;
    private const int NotRunnable = 126;
    private const int NotFound = 127;
    private const int Killed = 128;

    /// <param name="checker">The checker.</param>
    /// <param name="result">How it ended.</param>
    /// <param name="workspace">The workspace.</param>
    public static CheckRun Of(Checker checker, CommandResult result, Workspace workspace)
    {
        var findings = Tools.Findings.In(result.Output, checker.Folder, workspace).ToList();
        // What lies outside is a complaint about the tools, not about the code.
        var isAbout = findings.Exists(finding => !finding.StartsWith('/'));
        var why = result.ExitCode switch
        {
            0 => null,
            null => "took too long and was killed",
            NotRunnable or NotFound => "could not be started",
            > Killed and var code => $"was killed by signal {code - Killed}",
            var code when !checker.Found.Contains(code.Value) => $"failed with exit code {code}",
            _ when isAbout => null,
            var code => $"failed with exit code {code} and named nothing in the workspace",
        };
        var output = Shortened.HeadAndTail(result.Output.Trim(), MaxOutput).Text;
        return new CheckRun(checker, findings, why is null ? null : $"{checker.Name} {why}{(output.Length == 0 ? "." : $":\n{output}")}");
    }
}
