using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Koda.Worker.Providers.OpenAi;

/// <summary>
/// Members of answers that only the provider understands: signatures, encrypted reasoning, details of it. They are joined and given back.
/// </summary>
internal static partial class OpaqueMembers
{
    // Pieces of these are parts of one text; others are said anew with each piece.
    private static readonly HashSet<string> s_texts = ["text", "summary", "data", "thinking", "signature"];

    /// <summary>Whether a member of a message, by its name, is one that the provider may need back.</summary>
    public static bool IsOne(string name) => Named().IsMatch(name);

    /// <summary>Adds the members of a piece, but for those that are known.</summary>
    public static void Take(JsonObject taken, JsonElement piece, IReadOnlySet<string> known)
    {
        foreach (var member in piece.EnumerateObject())
        {
            if (!known.Contains(member.Name) && member.Value.ValueKind is not (JsonValueKind.Null or JsonValueKind.Undefined))
                Take(taken, member.Name, member.Value);
        }
    }

    /// <summary>Adds a member of a piece.</summary>
    public static void Take(JsonObject taken, string name, JsonElement value)
    {
        var more = JsonNode.Parse(value.GetRawText());
        taken[name] = taken[name] is { } before ? Joined(name, before.DeepClone(), more) : more;
    }

    private static JsonNode? Joined(string name, JsonNode before, JsonNode? more)
    {
        switch (before, more)
        {
            case (JsonArray list, JsonArray added):
                var length = list.Count;
                foreach (var item in added)
                    Add(list, length, item?.DeepClone());
                return list;
            case (JsonObject json, JsonObject added):
                foreach (var (member, value) in added)
                {
                    if (value is not null)
                        json[member] = json[member] is { } old ? Joined(member, old.DeepClone(), value) : value.DeepClone();
                }
                return json;
            case (JsonValue text, JsonValue added)
                when s_texts.Contains(name) && text.TryGetValue(out string? head) && added.TryGetValue(out string? tail):
                return head + tail;
            default:
                return more?.DeepClone() ?? before;
        }
    }

    // A list of details comes in pieces too: an item goes on as long as its index, or without one its type, is the same.
    private static void Add(JsonArray list, int length, JsonNode? item)
    {
        var i = item is JsonObject piece
            ? list.Take(length).ToList().FindLastIndex(old => old is JsonObject known && IsPartOf(known, piece, isLast: list[^1] == old))
            : -1;
        if (i >= 0)
            list[i] = Joined("", list[i]!.DeepClone(), item);
        else
            list.Add(item);
    }

    private static bool IsPartOf(JsonObject known, JsonObject piece, bool isLast) =>
        piece["type"] is { } type && JsonNode.DeepEquals(type, known["type"])
        && (piece["index"] is { } index ? JsonNode.DeepEquals(index, known["index"])
            : isLast && known["index"] is null && piece["id"] is null && !IsWhole(type));

    private static bool IsWhole(JsonNode type) => type.ToString().Contains("encrypted", StringComparison.Ordinal);

    [GeneratedRegex("reason|think|thought|signature|encrypted|opaque|redacted|extra_content|provider_specific", RegexOptions.IgnoreCase)]
    private static partial Regex Named();
}
