using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Koda.Worker.Providers.Learning;

/// <summary>Reads from a refusal what the model does not take.</summary>
internal static partial class Lessons
{
    private static readonly string[] s_refusing =
    [
        "not support",
        "unsupported",
        "not allowed",
        "not permitted",
        "not accept",
        "not available",
        "not enabled",
        "unknown",
        "unrecognized",
        "unexpected",
        "extra input",
        "extra field",
        "extra_forbidden",
        "additional propert",
        "invalid",
        "cannot be",
        "can't be",
        "deprecated",
        "no such",
        "does not exist",
        "must not",
        "not recognized",
    ];

    private static readonly string[] s_missing = ["missing", "must be", "required", "passed back", "expected", "need"];

    private static readonly string[] s_wrongId = ["too long", "maximum length", "pattern", "match", "invalid"];

    private static readonly string[] s_wrongName = ["unsupported", "unknown", "unrecognized", "not support", "extra input", "instead"];

    private static readonly string[] s_imageWords = ["image", "vision", "multimodal", "multi-modal"];

    private static readonly string[] s_badImage =
    [
        "process", "dimension", "pixel", "corrupt", "decode", "invalid image", "valid image", "unsupported image.", "exceed", "too large",
        "too big", "too many", "malformed", "media type", "media_type", "mime",
    ];

    private static readonly string[] s_reasoningWords = ["think", "reasoning", "effort"];

    // What is sent without the agent asking for it, and what agents often ask for.
    private static readonly string[] s_options =
    [
        "stream_options", "tool_choice", "parallel_tool_calls", "reasoning_effort", "think", "thinking", "output_config", "num_ctx",
        "cache_control",
    ];

    /// <summary>What is known of the model now.</summary>
    /// <param name="refusal">What its endpoint said.</param>
    /// <param name="asked">What was asked.</param>
    /// <param name="defaults">Options that are added to every request.</param>
    /// <returns>Null when the refusal teaches nothing new, so that asking again would not help.</returns>
    public static ModelTraits? From(ProviderException refusal, ModelRequest asked, JsonObject defaults)
    {
        if (refusal.Code is not (ProviderErrorCode.InvalidRequest or ProviderErrorCode.Unavailable))
            return null;
        var said = new Said(refusal.Message, refusal.Parameter);
        var known = asked.Traits;
        // A server that fails may say in its words that it does not know tools; it means nothing else that could be learned.
        if (refusal.Code == ProviderErrorCode.Unavailable)
            return said.RefusesTools && !known.CallsByText && asked.Tools.Count > 0 ? known with { CallsByText = true } : null;
        return OfHistory(said, asked, known) ?? OfTools(said, asked, known) ?? OfLimit(said, asked, known) ?? OfShape(said, asked, known)
            ?? OfOptions(said, asked, known, defaults);
    }

    private static ModelTraits? OfHistory(Said said, ModelRequest asked, ModelTraits known)
    {
        if (said.Has("thought_signature") && said.HasAny(s_missing) && !known.NeedsCallSignature)
            return known with { NeedsCallSignature = true };
        if (ReasoningMember().Match(said.Text) is { Success: true } member
            && said.HasAny(s_missing)
            && !said.Has("unsupported")
            && !said.Has("not support"))
            return known.NeedsReasoning is null ? known with { NeedsReasoning = member.Value.ToLowerInvariant() } : null;
        var opaque = MembersOf(asked).Where(name => !known.LeftOutOfMessages.Contains(name) && said.Names(name)).ToList();
        if (opaque.Count > 0 && said.HasAny(s_refusing))
            return known with { LeftOutOfMessages = [.. known.LeftOutOfMessages, .. opaque] };
        var thoughts = asked.Messages.SelectMany(message => message.Content).OfType<ReasoningBlock>();
        var signatures = thoughts.Select(block => block.Signature).OfType<string>().ToList();
        if (said.Has("signature") && signatures.Exists(signature => !known.RefusedSignatures.Contains(signature)))
            return known with { RefusedSignatures = [.. known.RefusedSignatures, .. signatures] };
        if (said.IsOfCallId && said.Has("length of 9"))
            return known.ShortIds ? null : known with { ShortIds = true };
        if (said.IsOfCallId && said.HasAny(s_wrongId) && !known.StrictIds)
            return known with { StrictIds = true };
        return null;
    }

    private static ModelTraits? OfTools(Said said, ModelRequest asked, ModelTraits known)
    {
        if (asked.Tools.Count == 0)
            return null;
        var bad = said.ToolAt(asked.Tools);
        if (bad is null && said.RefusesTools)
            return known with { CallsByText = true };
        bad ??= said.ToolNamed(asked.Tools);
        return bad is not null ? known with { RefusedTools = [.. known.RefusedTools, bad] } : null;
    }

    private static ModelTraits? OfLimit(Said said, ModelRequest asked, ModelTraits known)
    {
        var isNamed = said.Names(ModelTraits.MaxTokens) || said.Names(ModelTraits.MaxCompletionTokens) || said.Names("num_predict");
        if (!isNamed || asked.MaxOutputTokens == 0 && !said.Names(ModelTraits.MaxTokens))
            return null;
        var wanted = known.Limit(asked.MaxOutputTokens > 0 ? asked.MaxOutputTokens : int.MaxValue);
        // The first number is the status.
        var largest = Number()
            .Matches(said.Text)
            .Skip(1)
            .Select(number =>
                int.TryParse(number.Value, NumberStyles.AllowThousands, CultureInfo.InvariantCulture, out var value) ? value : 0)
            .Where(value => value > 1 && value < wanted)
            .DefaultIfEmpty()
            .Max();
        if (!said.HasAny(s_wrongName))
            return largest > 0 ? known with { LargestLimit = largest } : null;
        return known.LimitName switch
        {
            ModelTraits.MaxTokens => known with { LimitName = ModelTraits.MaxCompletionTokens },
            ModelTraits.MaxCompletionTokens => known with { LimitName = "" },
            _ => null,
        };
    }

    private static ModelTraits? OfShape(Said said, ModelRequest asked, ModelTraits known)
    {
        if (asked.System.Length > 0 && SystemRole().IsMatch(said.Text) && said.HasAny(s_refusing))
        {
            var next =
                known.System == SystemPlace.Usual && InsteadDeveloper().IsMatch(said.Text)
                    ? SystemPlace.Developer
                    : SystemPlace.FirstMessage;
            return known.System < next ? known with { System = next } : null;
        }
        if (said.Has("alternat") && !known.Alternates)
            return known with { Alternates = true };
        if (OfImages(said, asked, known) is { } images)
            return images;
        if (!known.NeedsContent
            && said.Names("content")
            && (said.Has("null") || said.Has("none") || said.Has("string") || said.Has("required")))
            return known with { NeedsContent = true };
        return null;
    }

    private static ModelTraits? OfImages(Said said, ModelRequest asked, ModelTraits known)
    {
        var images = asked.Messages.SelectMany(message => message.Images).Select(image => image.Digest).ToList();
        if (images.Count == 0)
            return null;
        if (UserBehindResult().IsMatch(said.Text) && !known.TakesImagesInResults)
            return known with { TakesImagesInResults = true };
        if (!said.HasAny(s_imageWords))
            return null;
        // What is wrong with one image says nothing of the next one.
        return said.HasAny(s_badImage)
            ? known with { RefusedImages = [.. known.RefusedImages, .. images] }
            : known with { TakesNoImages = true };
    }

    private static ModelTraits? OfOptions(Said said, ModelRequest asked, ModelTraits known, JsonObject defaults)
    {
        if (asked.Variant.Length > 0 && said.HasAny(s_reasoningWords))
            return known with { TakesNoVariant = true };
        // Of two that exclude each other the last one goes.
        var named = defaults.Concat(asked.Options ?? []).Select(option => option.Key).Concat(s_options).Distinct()
            .LastOrDefault(name => !known.LeftOut.Contains(name) && said.Names(name));
        return named is not null ? known with { LeftOut = [.. known.LeftOut, named] } : null;
    }

    /// <summary>The members of the conversation's messages that not every endpoint knows.</summary>
    private static IEnumerable<string> MembersOf(ModelRequest asked)
    {
        foreach (var block in asked.Messages.Where(message => message.Role == ModelRole.Assistant).SelectMany(message => message.Content))
        {
            switch (block)
            {
                case ReasoningBlock thought:
                    yield return thought.Field ?? "reasoning_content";
                    break;
                case OpaqueBlock opaque:
                    foreach (var (name, _) in JsonNode.Parse(opaque.Json)!.AsObject())
                        yield return name;
                    break;
                case ToolCallBlock { Opaque: { } members }:
                    foreach (var (name, value) in JsonNode.Parse(members)!.AsObject())
                    {
                        foreach (
                            var inner in name == "function" && value is JsonObject function ? function.Select(member => member.Key) : [name]
                        )
                            yield return inner;
                    }
                    break;
            }
        }
    }

    [GeneratedRegex(@"\b(reasoning_content|reasoning_details|reasoning)\b", RegexOptions.IgnoreCase)]
    private static partial Regex ReasoningMember();

    [GeneratedRegex(
        @"\b(system|developer)\b[^.]{0,40}\b(role|message|prompt|instruction)|\brole\b[^.]{0,60}['""`]?(system|developer)\b",
        RegexOptions.IgnoreCase)]
    private static partial Regex SystemRole();

    [GeneratedRegex(@"(use|expected|supported|did you mean|instead)[^.]{0,60}\bdeveloper\b", RegexOptions.IgnoreCase)]
    private static partial Regex InsteadDeveloper();

    // "Unexpected role 'user' after role 'tool'"
    [GeneratedRegex(@"\buser\b[^.]{0,30}\bafter\b[^.]{0,30}\btool\b", RegexOptions.IgnoreCase)]
    private static partial Regex UserBehindResult();

    [GeneratedRegex(@"\d{1,3}(,\d{3})+|\d+")]
    private static partial Regex Number();

    /// <summary>The words of a refusal.</summary>
    private sealed partial record Said(string Text, string Parameter)
    {
        public bool RefusesTools => NoTools().IsMatch(Text) || Parameter is "tools" or "functions";

        public bool IsOfCallId => CallId().IsMatch(Text);

        public bool Has(string words) => Text.Contains(words, StringComparison.OrdinalIgnoreCase);

        public bool HasAny(string[] words) => Array.Exists(words, Has);

        public bool Names(string member) =>
            Parameter == member || Regex.IsMatch(Text, $@"(?<![\w-]){Regex.Escape(member)}(?![\w-])", RegexOptions.IgnoreCase);

        /// <summary>The tool that is refused by its place. Null: none is named.</summary>
        public string? ToolAt(IReadOnlyList<ToolDefinition> tools)
        {
            var place = Place().Match($"{Text} {Parameter}");
            return place.Success && int.Parse(place.Groups[1].ValueSpan, CultureInfo.InvariantCulture) is var index && index < tools.Count
                ? tools[index].Name
                : null;
        }

        /// <summary>The tool that is refused by its name. Null: none is named.</summary>
        public string? ToolNamed(IReadOnlyList<ToolDefinition> tools) =>
            Has("schema") || Has("function") || (Has("tool") && Has("invalid"))
                ? tools.Select(tool => tool.Name).Where(Quotes).MaxBy(name => name.Length)
                : null;

        // Names such as "read" are words too.
        private bool Quotes(string name) =>
            name.Contains('_', StringComparison.Ordinal) ? Names(name) : Regex.IsMatch(Text, $"""['"`]{Regex.Escape(name)}['"`]""");

        // "tools[3].function.name", "tools.3.custom.input_schema", "function_declarations[3]"
        [GeneratedRegex(@"(?:tools|function_declarations|functions)[\[.](\d{1,4})\b", RegexOptions.IgnoreCase)]
        private static partial Regex Place();

        [GeneratedRegex(@"tool_calls?\[?\.?\d*\]?\.id|tool_call_id|tool call id|tool_use\.id|tool_use_id", RegexOptions.IgnoreCase)]
        private static partial Regex CallId();

        [GeneratedRegex(
            @"(does not|doesn't|do not|not) support (the )?(use of )?(native )?(tools?|function)|support tool use|(tools?|tool calling|tool use|function calling|functions|tool calls)['""`]? ?(param|parameter)?s? ?(is|are)? ?(not|un) ?(supported|available|enabled|allowed)|unsupported[^.]{0,30}['""`](tools|functions)['""`]|(tools|functions)['""`]?: ?extra inputs|(unknown|unrecognized|unexpected)[^.]{0,40}['""` ](tools|functions)['""`]?\b|requires? --jinja|enable-auto-tool-choice|tool-call-parser",
            RegexOptions.IgnoreCase)]
        private static partial Regex NoTools();
    }
}
