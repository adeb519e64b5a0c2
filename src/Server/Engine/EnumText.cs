using System.Collections.Frozen;

namespace Koda.Server.Engine;

/// <summary>The stored spelling of an enum: its names in snake case.</summary>
internal static class EnumText<T> where T : struct, Enum
{
    private static readonly FrozenDictionary<T, string> s_texts = Enum.GetValues<T>()
        .ToFrozenDictionary(value => value, value => System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString()));

    private static readonly FrozenDictionary<string, T> s_values = s_texts.ToFrozenDictionary(
        pair => pair.Value, pair => pair.Key, StringComparer.Ordinal);

    public static string Of(T value) => s_texts[value];

    public static T Parse(string text) => s_values[text];
}
