namespace Koda.Worker.Shell;

/// <summary>A word of a shell script.</summary>
/// <param name="Text">How it is written.</param>
/// <param name="Value">What the shell makes of it. Null: that is known only when it runs.</param>
/// <param name="IsPattern">Whether the value is a pattern that the shell replaces by the files that match it.</param>
/// <param name="Nested">Scripts that run to make the word.</param>
internal sealed record ShellWord(string Text, string? Value, bool IsPattern, IReadOnlyList<ShellNode> Nested)
{
    /// <summary>The value, when it is one word whatever files there are.</summary>
    public string? Static => IsPattern ? null : Value;
}

/// <summary>A variable that gets a value.</summary>
/// <param name="Name">The variable.</param>
/// <param name="Words">What it gets: one word, or those of an array.</param>
internal sealed record ShellAssignment(string Name, IReadOnlyList<ShellWord> Words);

/// <summary>Where input comes from or output goes to.</summary>
/// <param name="Operator">The operator, without the number of a descriptor.</param>
/// <param name="Target">The file or descriptor, or the end mark of a here-document.</param>
internal sealed record ShellRedirect(string Operator, ShellWord Target)
{
    /// <summary>The text of a here-document. Null: it is none.</summary>
    public ShellWord? Document { get; set; }

    public bool IsHereDocument => Operator is "<<" or "<<-";

    /// <summary>Whether the target names a file, not a descriptor or a text.</summary>
    public bool NamesFile => !IsHereDocument && Operator != "<<<" && !(Operator is ">&" or "<&" && IsDescriptor(Target.Static));

    /// <summary>Whether the file is made or changed.</summary>
    public bool Writes => Operator is not ("<" or "<&");

    private static bool IsDescriptor(string? target) => target is not null && target.TrimEnd('-').All(char.IsAsciiDigit);
}

/// <summary>A text is not a script that this grammar knows.</summary>
internal sealed class ShellSyntaxException(string message) : Exception(message);
