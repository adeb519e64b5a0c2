using System.Text.Json;
using Koda.Worker.Providers.Wire;

namespace Koda.Worker.Providers.OpenAi;

/// <summary>Reads content that is a text, or a list of parts.</summary>
internal static class ContentParts
{
    /// <summary>Reads content.</summary>
    /// <param name="content">A text, a part, or a list of them.</param>
    /// <param name="text">Takes what is said.</param>
    /// <param name="reasoning">Takes what is thought.</param>
    /// <returns>The type of a part that is neither. Null: all of it was read.</returns>
    /// <exception cref="InvalidOperationException">It is nothing of that.</exception>
    public static string? Read(JsonElement content, Action<string> text, Action<string> reasoning)
    {
        switch (content.ValueKind)
        {
            case JsonValueKind.Null or JsonValueKind.Undefined:
                return null;
            case JsonValueKind.String:
                text(content.GetString()!);
                return null;
            case JsonValueKind.Array:
                string? unread = null;
                foreach (var part in content.EnumerateArray())
                    unread = Read(part, text, reasoning) ?? unread;
                return unread;
            case JsonValueKind.Object:
                return ReadPart(content, text, reasoning);
            default:
                throw new InvalidOperationException($"content that is a {content.ValueKind}.");
        }
    }

    /// <summary>Whether a part says of itself that it is a thought, as those of Gemini do.</summary>
    public static bool IsFlagged(JsonElement part) => WireJson.Member(part, "thought") is { ValueKind: JsonValueKind.True };

    private static readonly string[] s_thoughts = ["thinking", "reasoning", "text", "content", "summary"];
    private static readonly string[] s_texts = ["text", "output_text", "refusal", "content"];

    private static string? ReadPart(JsonElement part, Action<string> text, Action<string> reasoning)
    {
        var type = WireJson.Text(part, "type");
        var isThought =
            type.Contains("think", StringComparison.OrdinalIgnoreCase)
            || type.Contains("reason", StringComparison.OrdinalIgnoreCase)
            || IsFlagged(part);
        foreach (var name in isThought ? s_thoughts : s_texts)
        {
            // A text may stand in an object of its own: {"text":{"value":"…"}}.
            if (WireJson.Member(part, name) is not { } said)
                continue;
            said = WireJson.Member(said, "value") ?? said;
            return Read(said, isThought ? reasoning : text, reasoning);
        }
        return type.Length > 0 ? type : "(no type)";
    }
}
