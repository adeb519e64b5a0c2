namespace Koda.Worker.Providers.Wire;

/// <summary>
/// Tells what a model thinks from what it says where both come as one text: many models write their thoughts between tags at the beginning
/// of it. Tags further on are part of what is said.
/// </summary>
/// <param name="say">Takes what is said.</param>
/// <param name="think">Takes what is thought, and the tag that it began with.</param>
internal sealed class InlineThoughts(Action<string, List<ModelEvent>> say, Action<string, string, List<ModelEvent>> think)
{
    /// <summary>The tag of thoughts that came without one.</summary>
    public const string Flagged = "<thought>";

    private static readonly string[] s_tags = ["<think>", "<thinking>", Flagged, "<reasoning>", "<seed:think>", "[THINK]", "◁think▷"];

    private string _held = "";
    private string? _tag;
    private bool _thought;
    private bool _said;

    /// <summary>Takes a piece of the text, which may end anywhere.</summary>
    public void Take(string text, List<ModelEvent> pieces)
    {
        _held += text;
        while (_held.Length > 0 && (_said ? Say(pieces) : _tag is null ? Begin(pieces) : GoOn(_tag, pieces)))
        {
        }
    }

    /// <summary>Whether a piece begins no thought and belongs to none.</summary>
    public bool IsPlain(string text) =>
        _held.Length == 0 && _tag is null && !Array.Exists(s_tags, tag => text.TrimStart().StartsWith(tag[0]));

    /// <summary>The text is over: what is held back was no tag.</summary>
    public void End(List<ModelEvent> pieces)
    {
        if (_tag is not null && _held.Length > 0)
            think(_held, _tag, pieces);
        else if (_held.Length > 0 && !(_thought && string.IsNullOrWhiteSpace(_held)))
            say(_held, pieces);
        _held = "";
    }

    private bool Say(List<ModelEvent> pieces)
    {
        say(_held, pieces);
        _held = "";
        return false;
    }

    private bool Begin(List<ModelEvent> pieces)
    {
        var text = _held.TrimStart();
        _tag = Array.Find(s_tags, tag => text.StartsWith(tag, StringComparison.OrdinalIgnoreCase));
        if (_tag is not null)
        {
            _held = text[_tag.Length..];
            return true;
        }
        if (Array.Exists(s_tags, tag => tag.StartsWith(text, StringComparison.OrdinalIgnoreCase)))
            return false;
        (_said, _held) = (true, _thought ? text : _held);
        return true;
    }

    private bool GoOn(string tag, List<ModelEvent> pieces)
    {
        var closing = End(tag);
        var end = _held.IndexOf(closing, StringComparison.OrdinalIgnoreCase);
        var thought = end >= 0 ? _held[..end] : _held[..^Begun(closing)];
        _thought = true;
        if (thought.Length > 0)
            think(thought, tag, pieces);
        _held = end >= 0 ? _held[(end + closing.Length)..] : _held[thought.Length..];
        if (end >= 0)
            _tag = null;
        return end >= 0;
    }

    // How much of the closing tag may stand at the end.
    private int Begun(string closing) =>
        Enumerable
            .Range(1, Math.Min(closing.Length - 1, _held.Length))
            .LastOrDefault(length => _held.EndsWith(closing[..length], StringComparison.OrdinalIgnoreCase));

    /// <summary>Thoughts and what is said as one text, as it came.</summary>
    public static string Join(string tag, string thoughts, string said) => $"{tag}{thoughts}{End(tag)}\n\n{said}";

    /// <summary>Whether the <see cref="ReasoningBlock.Field"/> of thoughts says that they came so.</summary>
    public static bool IsTag(string field) => s_tags.Contains(field);

    /// <summary>
    /// Whether a text is a thought that ends and that nothing is said after. Templates of some models begin it, so that its first tag is in
    /// no answer.
    /// </summary>
    public static bool IsOnlyThought(string text) =>
        Array.Exists(s_tags, tag =>
            text.TrimEnd().EndsWith(End(tag), StringComparison.OrdinalIgnoreCase)
                && !text.Contains(tag, StringComparison.OrdinalIgnoreCase));

    private static string End(string tag) => $"{tag[0]}/{tag[1..]}";
}
