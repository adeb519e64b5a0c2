using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Koda.Worker.Providers;

namespace Koda.Worker.Loop;

/// <summary>
/// Takes arguments as models give them where the tool's schema leaves no doubt what is meant: a number or a boolean as a text, JSON inside
/// of a text, all of the arguments as a text. What remains wrong is told to the model.
/// </summary>
internal static partial class ArgumentReading
{
    private const int MostLayers = 3;
    private const int Deepest = 32;

    private static readonly JsonDocumentOptions s_lenient = new()
    {
        AllowTrailingCommas = true,
        CommentHandling = JsonCommentHandling.Skip,
        MaxDepth = Deepest,
    };

    /// <summary>The answer with the arguments of its calls as the tools take them.</summary>
    public static ModelMessage Of(ModelMessage answer, IReadOnlyList<ToolDefinition> tools) => answer.ToolCalls.Any()
        ? answer with { Content = [.. answer.Content.Select(block => block is ToolCallBlock call ? Read(call, tools) : block)] }
        : answer;

    private static ToolCallBlock Read(ToolCallBlock call, IReadOnlyList<ToolDefinition> tools)
    {
        if (call.Arguments.EndsWith(ToolCallBlock.CutMark, StringComparison.Ordinal))
            return call;
        var text = call.Arguments;
        for (var layer = 0; layer < MostLayers; layer++)
        {
            switch (Parse(text))
            {
                case JsonObject arguments:
                    return Taken(call, text, arguments, tools.FirstOrDefault(tool => tool.Name == call.Tool));
                case JsonValue value when value.TryGetValue(out string? inner):
                    text = inner;
                    break;
                case null when text.Trim() is "" or "null":
                    return call with { Arguments = "{}" };
                default:
                    return call;
            }
        }
        return call;
    }

    // Only what is a whole and proper object now is taken; all else stays word for word, to be told to the model.
    private static ToolCallBlock Taken(ToolCallBlock call, string text, JsonObject arguments, ToolDefinition? tool)
    {
        var taken = (tool is null ? arguments : Members(tool.InputSchema, arguments)).ToJsonString();
        var asSaid = call with { Arguments = text };
        if (taken == arguments.ToJsonString() && asSaid.ArgumentsError is null)
            return asSaid;
        var read = call with { Arguments = taken };
        return read.ArgumentsError is null ? read : call;
    }

    private static JsonNode? Parse(string text)
    {
        text = Fenced().Match(text) is { Success: true } fenced ? fenced.Groups[1].Value : text;
        try
        {
            // A member that is given twice is refused by the strict reading that follows.
            using var document = JsonDocument.Parse(text, s_lenient with { AllowDuplicateProperties = false });
            RequireText(document.RootElement);
            return JsonNode.Parse(document.RootElement.GetRawText(), documentOptions: s_lenient);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or ArgumentException)
        {
            return null;
        }
    }

    /// <exception cref="InvalidOperationException">A text or a name has half of a surrogate pair, so that it is none.</exception>
    private static void RequireText(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.String)
            _ = value.GetString();
        else if (value.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in value.EnumerateArray())
                RequireText(item);
        }
        else if (value.ValueKind == JsonValueKind.Object)
        {
            foreach (var member in value.EnumerateObject())
            {
                _ = member.Name;
                RequireText(member.Value);
            }
        }
    }

    private static JsonObject Members(JsonObject schema, JsonObject given)
    {
        var known = schema["properties"] as JsonObject;
        var required = (schema["required"] as JsonArray)?.Select(name => name?.ToString()).ToHashSet() ?? [];
        var taken = new JsonObject();
        foreach (var (name, value) in given)
        {
            var expected = known?[name] as JsonObject;
            var types = Types(expected);
            // Null for what may be left out means that it is.
            if (value is null && types.Count > 0 && !types.Contains("null") && !required.Contains(name))
                continue;
            taken[name] = Value(expected, types, value);
        }
        return taken;
    }

    private static JsonNode? Value(JsonObject? expected, HashSet<string> types, JsonNode? value)
    {
        if (expected is null || types.Count == 0 || value is null)
            return value?.DeepClone();
        var read = types.Contains("string") && value.GetValueKind() == JsonValueKind.String ? value : Scalar(types, value);
        return read switch
        {
            JsonObject members when types.Contains("object") => Members(expected, members),
            JsonArray items when types.Contains("array") && expected["items"] is JsonObject of =>
                new JsonArray([.. items.Select(item => Value(of, Types(of), item))]),
            _ => read?.DeepClone(),
        };
    }

    private static JsonNode? Scalar(HashSet<string> types, JsonNode value)
    {
        switch (value.GetValueKind())
        {
            case JsonValueKind.String:
                var text = value.GetValue<string>().Trim();
                if ((
                        types.Contains("integer")
                        && Integer().Match(text) is { Success: true } whole
                        && Whole(whole.Groups[1].Value) is { } number
                    ) || (types.Contains("number") && Number().IsMatch(text) && (number = JsonNode.Parse(text) as JsonValue) is not null))
                {
                    return number;
                }
                if (types.Contains("boolean") && bool.TryParse(text, out var flag))
                    return flag;
                var inner = types.Contains("array") || types.Contains("object") ? Parse(text) : null;
                return (inner is JsonArray && types.Contains("array")) || (inner is JsonObject && types.Contains("object")) ? inner : value;
            case JsonValueKind.Number when types.Contains("integer") && Integer().Match(value.ToJsonString()) is { Success: true } rounded:
                return Whole(rounded.Groups[1].Value) ?? value;
            case JsonValueKind.Number when types.SetEquals(["string"]):
                return value.ToJsonString();
            case JsonValueKind.True or JsonValueKind.False when types.SetEquals(["string"]):
                return value.ToJsonString();
            default:
                return value;
        }
    }

    private static JsonValue? Whole(string digits) =>
        long.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? JsonValue.Create(number)
            : null;

    /// <summary>The types that a schema allows. Empty: it does not say, or in a way that is not read here.</summary>
    private static HashSet<string> Types(JsonObject? schema) => schema?["type"] switch
    {
        JsonValue one when one.TryGetValue(out string? type) => [type],
        JsonArray several => [.. several.OfType<JsonValue>().Select(one => one.TryGetValue(out string? type) ? type : "")],
        _ => (schema?["anyOf"] ?? schema?["oneOf"]) is JsonArray choices ? [.. choices.OfType<JsonObject>().SelectMany(Types)] : [],
    };

    [GeneratedRegex(@"^\s*```(?:json)?\s*\n(.*)\n\s*```\s*$", RegexOptions.Singleline)]
    private static partial Regex Fenced();

    [GeneratedRegex(@"^([-+]?\d{1,18})(?:\.0+)?$")]
    private static partial Regex Integer();

    [GeneratedRegex(@"^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?$")]
    private static partial Regex Number();
}
