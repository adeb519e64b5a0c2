namespace Koda.Worker.Tools;

/// <summary>Asks the user something. The attempt waits for the answer without holding its slot.</summary>
internal sealed class AskTool() : Tool<AskTool.Arguments>("ask", Description, Schema, readOnly: true)
{
    internal sealed record Arguments(string Question, IReadOnlyList<string>? Options, bool Multiple = false);

    private const string Description =
        "Asks the user a question and gives the answer. Use it when you cannot go on without a decision that is not yours; never for "
        + "permission to run a tool, which is asked for by itself.";

    private const string Schema =
        """
        {
          "type": "object",
          "properties": {
            "question": {"type": "string", "minLength": 1, "description": "The question, with what is needed to answer it."},
            "options": {"type": "array", "description": "Answers to choose from. The user may give another one."},
            "multiple": {"type": "boolean", "description": "Whether more than one option may be chosen. Default: false."}
          },
          "required": ["question"],
          "additionalProperties": false
        }
        """;

    protected override string Subject(Arguments arguments, ToolContext context) => arguments.Question;

    protected override UserQuestion Question(Arguments arguments) => new(arguments.Question, arguments.Options ?? [], arguments.Multiple);

    protected override Task<ToolResult> Run(Arguments arguments, ToolContext context, CancellationToken cancellationToken) =>
        throw new ToolException("The question has no answer.");
}
