using Koda.Worker.Providers.Wire;

namespace Koda.Worker.Providers;

/// <summary>
/// One message of a conversation. A message of role <see cref="ModelRole.Tool"/> holds exactly one <see cref="ToolResultBlock"/>, and
/// behind it the images of the result.
/// </summary>
/// <param name="Role">One of <see cref="ModelRole"/>.</param>
/// <param name="Content">The blocks in order.</param>
internal sealed record ModelMessage(string Role, IReadOnlyList<ContentBlock> Content)
{
    /// <summary>
    /// Which model of which endpoint gave an answer. Ids, reasoning and opaque members mean something there only. Null: nobody's in
    /// particular.
    /// </summary>
    public string? Origin { get; init; }

    /// <summary>Whether another model gave this answer than the one that is asked.</summary>
    public bool IsForeignTo(string origin) => Origin is not null && Origin != origin;

    /// <summary>The text blocks, joined.</summary>
    public string Text => string.Concat(Content.OfType<TextBlock>().Select(block => block.Text));

    /// <summary>The images.</summary>
    public IEnumerable<ImageBlock> Images => Content.OfType<ImageBlock>();

    /// <summary>
    /// What a message of role <see cref="ModelRole.Tool"/> says: its result, and what stands for images that are left out.
    /// </summary>
    public ToolResultBlock Result => (ToolResultBlock)Content[0] is var result && Text is { Length: > 0 } text
        ? result with { Content = $"{result.Content}\n{text}" }
        : result;

    /// <summary>Whether an answer tells nobody anything: it has no text, or nothing but the model's thoughts.</summary>
    public bool SaysNothing => string.IsNullOrWhiteSpace(Text) || InlineThoughts.IsOnlyThought(Text);

    /// <summary>The calls that an assistant message asks for.</summary>
    public IEnumerable<ToolCallBlock> ToolCalls => Content.OfType<ToolCallBlock>();

    /// <summary>The messages with those of the user that follow each other made one: many templates take no two of one role.</summary>
    public static IReadOnlyList<ModelMessage> Alternating(IEnumerable<ModelMessage> messages)
    {
        var joined = new List<ModelMessage>();
        foreach (var message in messages)
        {
            if (message.Role == ModelRole.User && joined.LastOrDefault() is { Role: ModelRole.User } last)
                joined[^1] = last with { Content = [.. last.Content, new TextBlock("\n\n"), .. message.Content] };
            else
                joined.Add(message);
        }
        return joined;
    }

    /// <summary>
    /// The messages with the images of results told by the user, behind all results of one answer: for providers whose results are text
    /// only.
    /// </summary>
    public static IReadOnlyList<ModelMessage> WithImagesBeside(IEnumerable<ModelMessage> messages)
    {
        var written = new List<ModelMessage>();
        var images = new List<ContentBlock>();
        foreach (var message in messages)
        {
            if (message.Role != ModelRole.Tool)
                Tell();
            if (message.Role == ModelRole.Tool && message.Images.Any())
            {
                images.AddRange([new TextBlock($"(What {message.Result.Tool} gave in call {message.Result.CallId}:)"), .. message.Images]);
                written.Add(message with { Content = [message.Result] });
            }
            else
                written.Add(message);
        }
        Tell();
        return written;

        void Tell()
        {
            if (images.Count > 0)
                written.Add(new ModelMessage(ModelRole.User, [.. images]));
            images.Clear();
        }
    }

    public static ModelMessage User(string text) => new(ModelRole.User, [new TextBlock(text)]);

    public static ModelMessage Assistant(params IReadOnlyList<ContentBlock> content) => new(ModelRole.Assistant, content);

    public static ModelMessage ToolResult(
        string callId, string tool, string content, bool isError, IEnumerable<ImageBlock>? images = null) =>
        new(ModelRole.Tool, [new ToolResultBlock(callId, tool, content, isError), .. images ?? []]);
}

/// <summary>The roles of messages, as the event log spells them.</summary>
internal static class ModelRole
{
    public const string User = "user";
    public const string Assistant = "assistant";
    public const string Tool = "tool";
}
