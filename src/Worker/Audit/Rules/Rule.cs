using Koda.Worker.Audit.Code;

namespace Koda.Worker.Audit.Rules;

/// <summary>What to look for, and what to say about it. Rules are data: see the files in this folder.</summary>
internal sealed class Rule
{
    public required string Id { get; init; }

    public required string Title { get; init; }

    public required Severity Severity { get; init; }

    /// <summary>The number of the weakness in the Common Weakness Enumeration.</summary>
    public required int Cwe { get; init; }

    /// <summary>What a query may call it.</summary>
    public string[] Topics { get; init; } = [];

    public required string Advice { get; init; }

    /// <summary>The code that it finds; any of them.</summary>
    public required Pattern[] Find { get; init; }

    /// <summary>Calls that make a value harmless here.</summary>
    public Matcher? Safe { get; init; }

    /// <summary>The rules that say less of the same place.</summary>
    public string[] Covers { get; init; } = [];

    /// <summary>What makes the code harmless when it stands in the same function before it, or near it.</summary>
    public Matcher? Guard { get; init; }

    /// <summary>If this is anywhere in the workspace, there is no finding; otherwise the first place is one.</summary>
    public Matcher? Nowhere { get; init; }

    /// <summary>
    /// The origins of a value that count only where a stranger is seen to reach it: what the operator or the program's own code hands over
    /// does no harm.
    /// </summary>
    public Origin[] Unreached { get; init; } = [];

    /// <summary>
    /// Whether a parameter counts that stands in quotes, as a value does in a query, whoever calls the function; what stands outside of
    /// them may be the name of a table, or a part that was put together elsewhere.
    /// </summary>
    public bool Quoted { get; init; }

    /// <summary>Whether what another program answers over the network counts as reached by a stranger, who may have written it.</summary>
    public bool Answered { get; init; }

    /// <summary>
    /// Whether whoever runs a tool may choose the whole value: it does harm where the program chose the beginning of it, as the folder of a
    /// path.
    /// </summary>
    public bool Begun { get; init; }

    /// <summary>Whether it is a setting, which an option of the program may rightly switch.</summary>
    public bool Setting { get; init; }

    /// <summary>Whether it matters in applications that are deployed only, and not in libraries and tools.</summary>
    public bool Deployed { get; init; }

    /// <summary>Whether it is far less bad in libraries and tools, where it serves the machine of who runs them.</summary>
    public bool Eased { get; init; }

    /// <summary>Whether the protocol of another program may ask for it.</summary>
    public bool Protocol { get; init; }

    /// <summary>
    /// What the statement, or the name of its function, looks like where the program decides for itself, and no protocol. Null: nothing
    /// tells.
    /// </summary>
    public Matcher? Kept { get; init; }

    /// <summary>Whether the code shows a secret, which is not shown again.</summary>
    public bool Secret { get; init; }

    /// <summary>Whether it counts also in tests and documents, where something that works was given away.</summary>
    public bool Everywhere { get; init; }

    /// <summary>The languages in which it is looked for.</summary>
    public IEnumerable<Language> Languages => Find.SelectMany(pattern => pattern.In).Distinct();
}

/// <summary>A form of code. One of the kinds is given, and <see cref="Where"/> narrows it.</summary>
internal sealed class Pattern
{
    public required Language[] In { get; init; }

    /// <summary>Calls by name: <c>a.b</c>, <c>*.b</c> for any receiver, <c>**</c> for every call.</summary>
    public string[] Call { get; init; } = [];

    /// <summary>Values that a property, a variable or a named argument of one of these names gets; <c>/…/</c> is an expression.</summary>
    public string[] Property { get; init; } = [];

    /// <summary>Names that are used.</summary>
    public string[] Mention { get; init; } = [];

    /// <summary>What a function hands back.</summary>
    public bool Return { get; init; }

    /// <summary>Comparisons of values.</summary>
    public bool Compare { get; init; }

    /// <summary>Assignments to a member whose name is not constant.</summary>
    public bool Index { get; init; }

    /// <summary>Constant text.</summary>
    public Matcher? Text { get; init; }

    /// <summary>Regular expressions.</summary>
    public Matcher? Expression { get; init; }

    /// <summary>Lines, without comments, of files that are not read as code.</summary>
    public Matcher? Line { get; init; }

    /// <summary>Anything, wherever it stands; the group <c>secret</c> is what is not shown.</summary>
    public Matcher? Anything { get; init; }

    /// <summary>
    /// Conditions: on an argument by its number or name, on <c>any</c> of them, on the <c>value</c>, the <c>receiver</c>, the <c>other</c>
    /// side of a comparison, what is <c>assigned</c> to a member. On code around it: the whole <c>name</c>, the <c>target</c> that gets the
    /// result, the <c>statement</c>, the <c>call</c> that it stands in, what stands <c>beside</c> it in its bracket and near it, the name
    /// of the <c>function</c>, what stands before it and its parameters (<c>handler</c>), its <c>body</c>, the parameters and body of the
    /// function that it decorates (<c>decorated</c>); whether it calls itself (<c>self</c>, "recursive") and whether the member's name is
    /// one after the other of an object's (<c>looped</c>).
    /// </summary>
    public Dictionary<string, Condition> Where { get; init; } = [];

    /// <summary>The same as <see cref="Rule.Unreached"/>, of this form alone. Empty: as the rule says.</summary>
    public Origin[] Unreached { get; init; } = [];

    /// <summary>What must be in the file, or in another of its folder, for it to do harm. Null: nothing else.</summary>
    public Matcher? Beside { get; init; }

    /// <summary>Whether it matters in applications that are deployed only, and not in libraries and tools.</summary>
    public bool Deployed { get; init; }

    /// <summary>What the path of the file looks like. Null: it does not matter.</summary>
    public Matcher? Path { get; init; }

    /// <summary>Whether the rule asks where a value comes from.</summary>
    public bool AsksOrigin => Where.Values.Any(condition => condition.AsksOrigin);

    /// <summary>How many lines around count for <see cref="Near"/>.</summary>
    public int Lines { get; init; } = 6;

    /// <summary>What must stand near it.</summary>
    public Matcher? Near { get; init; }
}
