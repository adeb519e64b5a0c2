using System.Text;

namespace Koda.Worker.Tools;

/// <summary>Keeps the list of what is to be done.</summary>
internal sealed class TodoTool() : Tool<TodoTool.Arguments>("todo", Description, Schema, readOnly: true)
{
    internal sealed record Arguments(IReadOnlyList<TodoItem>? Items);

    private const string Description =
        "Keeps the list of steps of a longer task, which the user sees. Give the whole list each time; without items it is shown as it is. "
        + "One step is active at a time.";

    private const string Schema =
        """
        {
          "type": "object",
          "properties": {
            "items": {
              "type": "array",
              "description": "The whole list, in order.",
              "items": {
                "type": "object",
                "properties": {
                  "id": {"type": "string", "minLength": 1, "description": "A short name that stays the same."},
                  "text": {"type": "string", "minLength": 1, "description": "What is to be done."},
                  "state": {"type": "string", "enum": ["open", "active", "done"], "description": "How far it is."}
                },
                "required": ["id", "text", "state"]
              }
            }
          },
          "additionalProperties": false
        }
        """;

    protected override string Subject(Arguments arguments, ToolContext context) => "";

    protected override Task<ToolResult> Run(Arguments arguments, ToolContext context, CancellationToken cancellationToken)
    {
        var items = arguments.Items ?? context.Todo();
        if (items.GroupBy(item => item.Id).FirstOrDefault(group => group.Count() > 1) is { } twice)
            throw new ToolException($"Two items have the id '{twice.Key}'.");
        return Task.FromResult(new ToolResult(Shown(items)) { Todo = arguments.Items });
    }

    private static string Shown(IReadOnlyList<TodoItem> items)
    {
        var text = new StringBuilder(items.Count == 0 ? "(the list is empty)" : "");
        foreach (var item in items)
            text.Append(item.State switch { "done" => "[x] ", "active" => "[>] ", _ => "[ ] " }).Append(item.Text).Append('\n');
        return text.ToString();
    }
}

/// <summary>A step of a task.</summary>
/// <param name="Id">Its name in the list.</param>
/// <param name="Text">What is to be done.</param>
/// <param name="State">How far it is: <c>open</c>, <c>active</c> or <c>done</c>.</param>
internal sealed record TodoItem(string Id, string Text, string State);
