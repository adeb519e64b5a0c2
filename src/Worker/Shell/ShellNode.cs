namespace Koda.Worker.Shell;

/// <summary>A part of a shell script that runs.</summary>
internal abstract record ShellNode
{
    /// <summary>One program, builtin or function with its words; or, without words, assignments alone.</summary>
    /// <param name="Assignments">What is assigned before it.</param>
    /// <param name="Words">Its name and its arguments.</param>
    /// <param name="Redirects">Where its input and output go.</param>
    /// <param name="Text">How it is written, without what is nested in here-documents.</param>
    public sealed record Simple(
        IReadOnlyList<ShellAssignment> Assignments,
        IReadOnlyList<ShellWord> Words,
        IReadOnlyList<ShellRedirect> Redirects,
        string Text) : ShellNode
    {
        /// <summary>The same without its redirects, one blank between its parts.</summary>
        public string Bare { get; init; } = Text;
    }

    /// <summary>Two parts after each other.</summary>
    public sealed record Sequence(ShellNode First, ShellJoin Join, ShellNode Next) : ShellNode;

    /// <summary>Parts that run side by side, each in a shell of its own.</summary>
    public sealed record Pipeline(IReadOnlyList<ShellNode> Stages) : ShellNode;

    /// <summary>A part whose success and failure are swapped.</summary>
    public sealed record Not(ShellNode Body) : ShellNode;

    /// <summary>A part that runs in a shell of its own: a subshell or a job in the background.</summary>
    public sealed record Apart(ShellNode Body) : ShellNode;

    /// <summary>A choice by success: <c>if</c>.</summary>
    public sealed record Choice(ShellNode Condition, ShellNode Then, ShellNode? Otherwise) : ShellNode;

    /// <summary>A choice by pattern: <c>case</c>.</summary>
    public sealed record Cases(IReadOnlyList<ShellWord> Words, IReadOnlyList<ShellNode> Branches) : ShellNode;

    /// <summary>A part that runs again and again.</summary>
    public sealed record Loop(IReadOnlyList<ShellWord> Words, ShellNode? Condition, ShellNode Body) : ShellNode;

    /// <summary>A function's definition.</summary>
    public sealed record Function(string Name, ShellNode Body) : ShellNode;

    /// <summary>A test or a calculation: <c>[[ … ]]</c> or <c>(( … ))</c>.</summary>
    public sealed record Expression(IReadOnlyList<ShellWord> Words) : ShellNode;

    /// <summary>A group, a loop or a choice with redirects.</summary>
    public sealed record Redirected(ShellNode Body, IReadOnlyList<ShellRedirect> Redirects) : ShellNode;
}

/// <summary>How a part of a script follows another.</summary>
internal enum ShellJoin
{
    /// <summary>Whatever became of the first.</summary>
    Then,

    /// <summary>When the first succeeded.</summary>
    And,

    /// <summary>When the first failed.</summary>
    Or,
}
