using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Koda.Worker.Tools;

/// <summary>Checks arguments against the part of JSON schema that the tools use, and names every problem at once.</summary>
internal static class ArgumentCheck
{
    /// <exception cref="ToolException">The arguments do not fit.</exception>
    public static void Check(string tool, JsonObject schema, JsonObject arguments)
    {
        var known = schema["properties"]!.AsObject();
        var problems = new List<string>();
        foreach (var name in schema["required"]?.AsArray().Select(name => name!.GetValue<string>()) ?? [])
        {
            if (arguments[name] is null)
                problems.Add($"'{name}' is required");
        }
        foreach (var (name, value) in arguments)
        {
            if (known[name] is not JsonObject expected)
                problems.Add($"'{name}' is not known (known: {string.Join(", ", known.Select(property => property.Key))})");
            else if (value is not null && Problem(expected, value) is { } problem)
                problems.Add($"'{name}' {problem}");
        }
        if (problems.Count > 0)
            throw new ToolException($"The arguments of {tool} are not valid: {string.Join("; ", problems)}.");
    }

    private static string? Problem(JsonObject expected, JsonNode value) =>
        (Type(expected), value.GetValueKind()) switch
        {
            ("string", JsonValueKind.String) => Length(expected, value.GetValue<string>()),
            ("boolean", JsonValueKind.True or JsonValueKind.False) => null,
            ("integer", JsonValueKind.Number) => Range(expected, value),
            ("array", JsonValueKind.Array) => value
                .AsArray()
                .Select(item => Item(expected["items"] as JsonObject, item))
                .FirstOrDefault(problem => problem is not null),
            ("object", JsonValueKind.Object) => Members(expected, value.AsObject()),
            var (type, kind) => $"must be {(type == "array" ? "an" : "a")} {type}, not {kind.ToString().ToLowerInvariant()}",
        };

    private static string? Item(JsonObject? expected, JsonNode? item) => expected is null
        ? item?.GetValueKind() == JsonValueKind.String ? null : "must hold strings only"
        : item is null ? "must not hold null" : Problem(expected, item) is { } problem ? $"holds something that {problem}" : null;

    private static string? Members(JsonObject expected, JsonObject value)
    {
        var known = expected["properties"]!.AsObject();
        var missing = expected["required"]?.AsArray().Select(name => name!.GetValue<string>()).FirstOrDefault(name => value[name] is null);
        if (missing is not null)
            return $"lacks '{missing}'";
        return value.Select(member => known[member.Key] is not JsonObject property ? $"has '{member.Key}', which is not known"
            : member.Value is not null && Problem(property, member.Value) is { } problem ? $"has '{member.Key}', which {problem}" : null)
            .FirstOrDefault(problem => problem is not null);
    }

    private static string Type(JsonObject expected) => expected["type"]!.GetValue<string>();

    private static string? Length(JsonObject expected, string text) =>
        text.Length < (expected["minLength"]?.GetValue<int>() ?? 0) ? "must not be empty"
        : text.Contains('\0', StringComparison.Ordinal) ? "must not contain a zero character"
        : expected["enum"] is JsonArray choices && !choices.Any(choice => choice!.GetValue<string>() == text)
            ? $"must be one of {string.Join(", ", choices)}"
        : null;

    private static string? Range(JsonObject expected, JsonNode value)
    {
        if (!int.TryParse(value.ToJsonString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
            return "must be a whole number";
        var minimum = expected["minimum"]?.GetValue<int>() ?? int.MinValue;
        var maximum = expected["maximum"]?.GetValue<int>() ?? int.MaxValue;
        return number < minimum || number > maximum ? $"must be from {minimum} to {maximum}" : null;
    }
}
