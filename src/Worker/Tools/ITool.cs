using System.Text.Json.Nodes;
using Koda.Protos.Worker.V1;
using Koda.Worker.Providers;

namespace Koda.Worker.Tools;

/// <summary>Something that an agent can do.</summary>
internal interface ITool
{
    ToolDefinition Definition { get; }

    /// <summary>Checks the arguments of a call.</summary>
    /// <exception cref="ToolException">The arguments do not fit the tool's schema.</exception>
    IToolCall Bind(JsonObject arguments);
}

/// <summary>A call whose arguments were checked.</summary>
internal interface IToolCall
{
    /// <summary>What permission patterns are compared with: the real path in the workspace, the command or the URL.</summary>
    /// <exception cref="ToolException">The call would leave the workspace.</exception>
    string Subject(ToolContext context);

    /// <summary>
    /// Everything that must be allowed before the call runs. Without one of its own, a call needs its tool for its subject.
    /// </summary>
    /// <exception cref="ToolException">The call cannot run at all.</exception>
    IEnumerable<Demand> Demands(ToolDefinition tool, ToolContext context) =>
        [new Demand(tool.Name, Subject(context)) { Harmless = tool.ReadOnly }];

    /// <summary>What a person is asked; the answer is the result. Null: the call asks nothing.</summary>
    UserQuestion? Question => null;

    /// <summary>The work that the call gives to another agent, whose answer is the result. Null: it gives none.</summary>
    /// <exception cref="ToolException">There is no such agent.</exception>
    SubagentRequest? Subagent => null;

    /// <summary>How much harm the call could do: low, medium or high.</summary>
    string Risk { get; }

    /// <summary>What the call would do, for the person who is asked: a diff or a command.</summary>
    /// <exception cref="ToolException">The call would fail.</exception>
    Task<string> Preview(ToolContext context, CancellationToken cancellationToken);

    /// <exception cref="ToolException">The call failed; the message is for the model.</exception>
    Task<ToolResult> Run(ToolContext context, CancellationToken cancellationToken);
}

/// <summary>What a call gave.</summary>
/// <param name="Text">What the model is told.</param>
internal sealed record ToolResult(string Text)
{
    /// <summary>Whether the call did its work but what it ran failed, such as a command with a non-zero exit code.</summary>
    public bool IsError { get; init; }

    /// <summary>Whether the text leaves something out already.</summary>
    public bool Truncated { get; init; }

    /// <summary>What was changed, as a unified diff.</summary>
    public string? Diff { get; init; }

    /// <summary>The file that was read or changed, relative to the workspace.</summary>
    public string? Path { get; init; }

    /// <summary>The SHA-256 of that file now.</summary>
    public string? FileDigest { get; init; }

    /// <summary>The files that were changed, where they are several.</summary>
    public IReadOnlyList<FileState>? Files { get; init; }

    /// <summary>Images that the model is shown beside the text, which names them.</summary>
    public IReadOnlyList<ToolImage> Images { get; init; } = [];

    /// <summary>The new list of what is to be done. Null: it stays.</summary>
    public IReadOnlyList<TodoItem>? Todo { get; init; }
}

/// <summary>An image that a tool gave.</summary>
/// <param name="MimeType">Its type, as its bytes say it.</param>
/// <param name="Bytes">The file.</param>
internal sealed record ToolImage(string MimeType, byte[] Bytes);

/// <summary>An image that the worker keeps.</summary>
/// <param name="MimeType">Its type.</param>
/// <param name="Digest">The SHA-256 of its bytes.</param>
internal sealed record ImageState(string MimeType, string Digest);

/// <summary>A file as a call left it.</summary>
/// <param name="Path">The path relative to the workspace.</param>
/// <param name="FileDigest">The SHA-256 of its content.</param>
internal sealed record FileState(string Path, string FileDigest);

/// <summary>A call failed in a way that the model should hear of.</summary>
internal class ToolException(string message) : Exception(message);

/// <summary>A call tried to leave the workspace.</summary>
internal sealed class PathRefusedException(string path, string why) : ToolException($"The path '{path}' is refused: {why}")
{
    /// <summary>The path as the model gave it.</summary>
    public string Path { get; } = path;
}
