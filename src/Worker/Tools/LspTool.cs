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

    protected override Task<string> PreviewAsync(Arguments arguments, ToolContext context, CancellationToken ct) =>
        Task.FromResult(Subject(arguments, context) + context.Unconfined);

    protected override async Task<ToolResult> RunAsync(Arguments arguments, ToolContext context, CancellationToken ct)
    {
        var paths = Shown(arguments, context);
        var checkers = Checker.For(context.Workspace, paths).ToList();
        if (checkers.Count == 0)
            return new ToolResult("No checker for the languages of this project is installed, or it has no project file that one knows.");
        var findings = new List<string>();
        var failed = new List<string>();
        foreach (var checker in checkers)
            findings.AddRange(await RunAsync(checker, context, failed, ct));
        var shown = findings.Distinct().Where(finding => paths.Contains(".") || paths.Any(path => IsBelow(finding, path))).ToList();
        var text = shown.Count == 0 ? "No problem found." : string.Join('\n', shown.Take(MaxProblems));
        return new ToolResult($"{text}\n(checked by {string.Join(", ", checkers.Select(checker => checker.Name))}){string.Concat(failed)}")
        {
            IsError = failed.Count > 0 && shown.Count == 0,
            Truncated = shown.Count > MaxProblems,
        };
    }

    private static List<string> Shown(Arguments arguments, ToolContext context) =>
        [.. (arguments.Paths ?? ["."]).Select(path => context.Workspace.Shown(context.Workspace.Resolve(path)))];

    private static async Task<IReadOnlyList<string>> RunAsync(Checker checker, ToolContext context, List<string> failed, CancellationToken ct)
    {
        var result = await new Command(context with { Output = (_, _) => { } }, writable: true).RunAsync(checker.Command, null, ct);
        var findings = Findings.In(result.Output, checker.Folder, context.Workspace).ToList();
        if (result.ExitCode is null)
            failed.Add($"\n{checker.Name} took too long and was killed.");
        else if (result.ExitCode != 0 && findings.Count == 0)
            failed.Add($"\n{checker.Name} failed with exit code {result.ExitCode}:\n{Shortened.HeadAndTail(result.Output.Trim(), 2000).Text}");
        return findings;
    }

    private static bool IsBelow(string finding, string path) =>
        finding.StartsWith(path + ":", StringComparison.Ordinal) || finding.StartsWith(path + "/", StringComparison.Ordinal);
}
