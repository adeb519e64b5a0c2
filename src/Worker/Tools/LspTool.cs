namespace Koda.Worker.Tools;

/// <summary>Asks the project's own checkers what is wrong with its code.</summary>
internal sealed class LspTool() : Tool<LspTool.Arguments>("lsp", Description, Schema, readOnly: false)
{
    internal sealed record Arguments(IReadOnlyList<string>? Paths);

    private const int MaxProblems = 200;

    private const string Description =
        "Runs the checkers of the project's languages (tsc, eslint, pyright, ruff or python, go vet, cargo check, dotnet build) where they are "
        + "installed, and gives their findings as `path:line:column: severity message`. Use it after changing code.";

    private const string Schema =
        """
        {
          "type": "object",
          "properties": {
            "paths": {"type": "array", "description": "Only findings in these files or directories. Default: the whole workspace."}
          },
          "additionalProperties": false
        }
        """;

    protected override string Risk => "medium";

    protected override string Subject(Arguments arguments, ToolContext context) => string.Join(' ', Shown(arguments, context));

    protected override Task<string> Preview(Arguments arguments, ToolContext context, CancellationToken cancellationToken) =>
        Task.FromResult(Subject(arguments, context) + context.Unconfined);

    protected override async Task<ToolResult> Run(Arguments arguments, ToolContext context, CancellationToken cancellationToken)
    {
        var paths = Shown(arguments, context);
        var checkers = Checker.For(context.Workspace, paths).ToList();
        if (checkers.Count == 0)
            return new ToolResult("No checker for the languages of this project is installed, or it has no project file that one knows.");
        var runs = new List<CheckRun>();
        foreach (var checker in checkers)
            runs.Add(await Run(checker, context, cancellationToken));
        var findings = runs.SelectMany(run => run.Findings).Distinct().ToList();
        var shown = findings.Where(finding => paths.Contains(".") || paths.Any(path => IsBelow(finding, path))).ToList();
        var failed = runs.Where(run => run.Failure is not null).ToList();
        return new ToolResult(string.Join('\n', Lines(runs, shown, findings.Count - shown.Count)))
        {
            IsError = failed.Count > 0,
            Truncated = shown.Count > MaxProblems,
        };
    }

    // That there is no problem is said only of what was checked to the end.
    private static IEnumerable<string> Lines(List<CheckRun> runs, List<string> shown, int elsewhere)
    {
        var done = string.Join(", ", runs.Where(run => run.Failure is null).Select(run => run.Checker.Name));
        foreach (var finding in shown.Take(MaxProblems))
            yield return finding;
        if (shown.Count == 0 && done.Length > 0)
            yield return elsewhere == 0
                ? "No problem found."
                : $"No problem found. There are {elsewhere} in other files, which may have kept these from being looked at.";
        if (done.Length > 0)
            yield return $"(checked by {done})";
        foreach (var run in runs.Where(run => run.Failure is not null))
            yield return $"Not checked: {run.Failure}";
    }

    private static List<string> Shown(Arguments arguments, ToolContext context) =>
        [.. (arguments.Paths ?? ["."]).Select(path => context.Workspace.Shown(context.Workspace.Resolve(path)))];

    private static async Task<CheckRun> Run(Checker checker, ToolContext context, CancellationToken cancellationToken)
    {
        try
        {
            var result = await new Command(context with { Output = (_, _) => { } }, writable: true).Run(
                checker.Command, null, cancellationToken);
            return CheckRun.Of(checker, result, context.Workspace);
        }
        catch (System.ComponentModel.Win32Exception error)
        {
            return new CheckRun(checker, [], $"{checker.Name} could not be started: {error.Message}");
        }
    }

    private static bool IsBelow(string finding, string path) =>
        finding.StartsWith(path + ":", StringComparison.Ordinal) || finding.StartsWith(path + "/", StringComparison.Ordinal);
}
