namespace Koda.Worker.Audit.Code;

/// <summary>Where a value comes from, the worst of it.</summary>
internal enum Origin : byte
{
    /// <summary>It stands in the code.</summary>
    Constant,

    /// <summary>A number, a truth value or an identifier that was parsed: no text that a caller chooses.</summary>
    Plain,

    /// <summary>Whoever runs the program sets it.</summary>
    Environment,

    /// <summary>It is not known.</summary>
    Unknown,

    /// <summary>Whoever calls the function gives it.</summary>
    Parameter,

    /// <summary>A stranger sends it, or the command line gives it.</summary>
    Input,
}

/// <summary>What is known of an expression.</summary>
/// <param name="Origin">Where it comes from.</param>
/// <param name="Text">Its text, with <see cref="Value.Gap"/> for each part that is not constant. Null: it is not known to be text.</param>
internal readonly record struct Value(Origin Origin, string? Text = null)
{
    /// <summary>Stands in a text for a part that is not known.</summary>
    public const char Gap = '\uE000';

    private const int LongestText = 4000;

    private readonly Origin? _lead;

    public static readonly Value Unknown = new(Origin.Unknown);

    public static readonly Value Plain = new(Origin.Plain);

    /// <summary>Whether it is a list, a dictionary or an object written out.</summary>
    public bool IsStructure { get; init; }

    /// <summary>Whether it is a function written out.</summary>
    public bool IsFunction { get; init; }

    /// <summary>The names of calls that it went through.</summary>
    public string Through { get; init; } = "";

    /// <summary>Where the first part comes from that is not constant.</summary>
    public Origin Lead { get => _lead ?? Origin; init => _lead = value; }

    /// <summary>The names that give what a stranger sends, in the order of the parts, whatever variables it went through.</summary>
    public string Inputs { get; init; } = "";

    /// <summary>What the functions are called whose parameters it is made of, with spaces between them.</summary>
    public string Takers { get; init; } = "";

    /// <summary>What the parts that are not constant are called.</summary>
    public string Gaps { get; init; } = "";

    /// <summary>Whether somebody else than the author of the code has a say in it.</summary>
    public bool IsDynamic => Origin >= Origin.Unknown && !IsFunction;

    /// <summary>Whether it is text put together of constant parts and others.</summary>
    public bool IsBuilt =>
        IsDynamic && Text is { } text && text.Contains(Gap, StringComparison.Ordinal) && text.AsSpan().Trim(Gap).Length > 0;

    public bool IsConstant => Origin == Origin.Constant;

    /// <summary>The constant text. Null: there is none.</summary>
    public string? Constant => IsConstant ? Text : null;

    /// <summary>This text with another behind it.</summary>
    public Value Then(Value next)
    {
        var text = string.Concat(TextOrGap, next.TextOrGap);
        return Or(next) with
        {
            Text = text.Length > LongestText ? text[..LongestText] : text,
            IsStructure = false,
            Lead = Origin <= Origin.Plain ? next.Lead : Lead,
        };
    }

    /// <summary>Either of them.</summary>
    public Value Or(Value other)
    {
        var worse = other.Origin > Origin ? other : this;
        return worse with
        {
            Text = worse.Text ?? (Origin == other.Origin ? Text ?? other.Text : null),
            Through = Both(Through, other.Through),
            Gaps = Both(Gaps, other.Gaps),
            Inputs = Both(Inputs, other.Inputs),
            Takers = Both(Takers, other.Takers),
            IsFunction = IsFunction && other.IsFunction,
        };
    }

    /// <summary>The same, gone through a call.</summary>
    public Value Via(string call) => this with { Through = Both(Through, call) };

    private string TextOrGap => Text ?? (Origin == Origin.Plain ? "0" : Gap.ToString());

    private static string Both(string one, string two) =>
        one.Length == 0 || one == two ? two : two.Length == 0 || one.Length > LongestText ? one : $"{one} {two}";
}
