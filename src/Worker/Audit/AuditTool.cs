using Koda.Worker.Audit.Report;
using Koda.Worker.Audit.Rules;
using Koda.Worker.Providers.Offline;
using Koda.Worker.Tools;

namespace Koda.Worker.Audit;

/// <summary>Audits files for security faults, by rules.</summary>
internal sealed class AuditTool() : FileTool<AuditTool.Arguments>(ToolName, Description, Schema, readOnly: true)
{
    internal sealed record Arguments(string? Path, string? Query, string? Format);

    /// <summary>The tool's name.</summary>
    public const string ToolName = "audit";

    private const string Description =
        "Audits the workspace for security faults by fixed rules (injection, traversal, secrets, cryptography, headers and the like) in JavaScript, TypeScript, Python, "
        + "C#, Go, templates and configuration. Gives findings with severity, place and advice, places worth a look with what speaks against them, and says which files were read and what was looked for.";

    private const string Schema =
        """
        {
          "type": "object",
          "properties": {
            "path": {"type": "string", "minLength": 1, "description": "The directory to audit. Default: the whole workspace."},
            "query": {"type": "string", "description": "What is asked for in particular, such as `CSP in auth`: findings about it come first."},
            "format": {"type": "string", "enum": ["report", "json"], "description": "A report to read, or a line of JSON for each finding, with its fingerprint. Default: report."}
          },
          "additionalProperties": false
        }
        """;

    protected override string PathOf(Arguments arguments) => arguments.Path ?? ".";

    protected override async Task<ToolResult> Run(Arguments arguments, ToolContext context, CancellationToken cancellationToken)
    {
        var start = context.Workspace.Resolve(arguments.Path ?? ".");
        if (!Path.Exists(start))
            throw new ToolException($"'{arguments.Path}' does not exist.");
        var walk = new FileWalk(context.Workspace, ignored: false);
        var result = await new Auditor(RulePack.BuiltIn).Run(
            walk.Files(start).Where(file => file.IsFile).Select(file => Audited(file, context)), cancellationToken);
        walk.Passed.Tell(context);
        return new ToolResult(arguments.Format == "json"
            ? AuditJson.Write(result)
            : new AuditReport(result, new AuditFocus(QueryWords.Of(arguments.Query ?? ""), result)).Write() + walk.Passed.Told);
    }

    private static AuditedFile Audited(WalkedFile file, ToolContext context)
    {
        var shown = context.Workspace.Shown(file.Path);
        return new AuditedFile(shown, file.Facts.Length, context.MayRead(shown) ? () => Open(shown, context) : null);
    }

    private static FileStream Open(string shown, ToolContext context)
    {
        try
        {
            return context.Workspace.OpenToRead(shown);
        }
        catch (ToolException error)
        {
            throw new IOException(error.Message, error);
        }
    }
}
