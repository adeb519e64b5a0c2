using System.Text.Json;

namespace Koda.Worker.Providers;

/// <summary>A part of a message.</summary>
internal abstract record ContentBlock;

/// <summary>Text for people.</summary>
internal sealed record TextBlock(string Text) : ContentBlock;

/// <summary>An image of the workspace, or one that a tool gave.</summary>
/// <param name="Path">The file. Null: a tool gave it.</param>
/// <param name="MimeType">Its type.</param>
/// <param name="Digest">The SHA-256 of its bytes, in lower-case hex: which image was meant.</param>
internal sealed record ImageBlock(string? Path, string MimeType, string Digest) : ContentBlock
{
    /// <summary>The bytes in base 64, put in when a prompt is sent. The log does not hold them.</summary>
    public string? Data { get; init; }
}

/// <summary>What the model thought before it answered.</summary>
/// <param name="Text">The reasoning. Empty when the provider keeps it to itself.</param>
/// <param name="Signature">The provider's proof, or its encrypted reasoning: sent back unchanged.</param>
/// <param name="Redacted">Whether the provider encrypted the reasoning, so that <paramref name="Signature"/> holds all of it.</param>
internal sealed record ReasoningBlock(string Text, string? Signature = null, bool Redacted = false) : ContentBlock
{
    /// <summary>
    /// Where the provider put the text, if it has several places for it: it takes the text back only there. Null: its usual one.
    /// </summary>
    public string? Field { get; init; }
}

/// <summary>Members of a message that only their provider understands, and needs back as they were.</summary>
/// <param name="Json">A JSON object.</param>
internal sealed record OpaqueBlock(string Json) : ContentBlock;

/// <summary>A call that the model asks for.</summary>
/// <param name="CallId">The call's id, to be named by its result.</param>
/// <param name="Tool">The tool's name.</param>
/// <param name="Arguments">The arguments as JSON text. A model may get it wrong: see <see cref="ArgumentsError"/>.</param>
internal sealed record ToolCallBlock(string CallId, string Tool, string Arguments) : ContentBlock
{
    /// <summary>Members of the call that only its provider understands, and needs back as they were: a JSON object. Null: none.</summary>
    public string? Opaque { get; init; }

    // The log takes no deeper JSON once it stands inside a message inside a payload.
    private static readonly JsonDocumentOptions s_strict = new() { AllowDuplicateProperties = false, MaxDepth = 32 };

    /// <summary>Ends arguments that were cut because they did not end.</summary>
    public const string CutMark = "\u2026 (cut)";

    /// <summary>What is wrong with the arguments, to be told to the model as the call's result. Null: they are a JSON object.</summary>
    public string? ArgumentsError
    {
        get
        {
            if (Arguments.EndsWith(CutMark, StringComparison.Ordinal))
                return $"The arguments of {Tool} were longer than 256 KB and were cut, so nothing was done. Do it in smaller steps.";
            try
            {
                using var document = JsonDocument.Parse(Arguments, s_strict);
                return document.RootElement.ValueKind != JsonValueKind.Object
                        ? $"The arguments of {Tool} must be a JSON object, not {document.RootElement.ValueKind}."
                    : Arguments.Contains("\\u", StringComparison.Ordinal) && !IsText(document.RootElement) ? NoText
                    : null;
            }
            catch (JsonException error)
            {
                return $"The arguments of {Tool} are not valid JSON: {error.Message}";
            }
            catch (InvalidOperationException)
            {
                // What the framework says of half of a surrogate pair.
                return NoText;
            }
        }
    }

    /// <summary>The log keeps no such character, and an approval is bound to the arguments as it keeps them.</summary>
    private string NoText => $"The arguments of {Tool} must not contain a zero character or half of a surrogate pair.";

    private static bool IsText(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.String => !json.GetString()!.Contains('\0'),
        JsonValueKind.Array => json.EnumerateArray().All(IsText),
        JsonValueKind.Object => json.EnumerateObject().All(member => !member.Name.Contains('\0') && IsText(member.Value)),
        _ => true,
    };
}

/// <summary>What a call gave.</summary>
internal sealed record ToolResultBlock(string CallId, string Tool, string Content, bool IsError) : ContentBlock;
