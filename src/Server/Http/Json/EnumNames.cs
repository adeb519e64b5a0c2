using System.Collections.Concurrent;
using System.Text;
using Google.Protobuf.Reflection;
using Koda.Protos.Common.V1;

namespace Koda.Server.Http.Json;

/// <summary>How enum values are spelled outside gRPC.</summary>
internal static class EnumNames
{
    private static readonly ConcurrentDictionary<EnumValueDescriptor, string> s_spellings = new();

    /// <summary>The option's spelling, or the name in lower case without the prefix: <c>TASK_STATUS_QUEUED</c> is <c>queued</c>.</summary>
    public static string Json(EnumValueDescriptor value) => s_spellings.GetOrAdd(value, Spell);

    private static string Spell(EnumValueDescriptor value)
    {
        var spelling = value.GetOptions()?.GetExtension(PolicyExtensions.JsonValue);
        if (!string.IsNullOrEmpty(spelling))
            return spelling;

        var prefix = Prefix(value.EnumDescriptor);
        var name = value.Name;
        return (name.StartsWith(prefix, StringComparison.Ordinal) && name.Length > prefix.Length ? name[prefix.Length..] : name)
            .ToLowerInvariant();
    }

    /// <summary>The spellings that a caller may choose from. The zero value stands for "not said" and is not one of them.</summary>
    public static IEnumerable<string> Choices(EnumDescriptor type) =>
        type.Values.Where(value => !value.Name.EndsWith("_UNSPECIFIED", StringComparison.Ordinal)).Select(Json).Distinct();

    /// <summary><c>TaskStatus</c> gives <c>TASK_STATUS_</c>, <c>HTTPVerb</c> gives <c>HTTP_VERB_</c>.</summary>
    private static string Prefix(EnumDescriptor type)
    {
        var text = new StringBuilder();
        var name = type.Name;
        for (var i = 0; i < name.Length; i++)
        {
            var startsWord = i > 0 && char.IsUpper(name[i])
                && (!char.IsUpper(name[i - 1]) || (i + 1 < name.Length && char.IsLower(name[i + 1])));
            if (startsWord)
                text.Append('_');
            text.Append(char.ToUpperInvariant(name[i]));
        }

        return text.Append('_').ToString();
    }
}
