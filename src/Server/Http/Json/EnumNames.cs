using System.Collections.Concurrent;
using System.Text.Json;
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

        // TaskStatus gives TASK_STATUS_, and HTTPVerb HTTP_VERB_.
        var prefix = JsonNamingPolicy.SnakeCaseUpper.ConvertName(value.EnumDescriptor.Name) + "_";
        var name = value.Name;
        return (name.StartsWith(prefix, StringComparison.Ordinal) && name.Length > prefix.Length ? name[prefix.Length..] : name)
            .ToLowerInvariant();
    }

    /// <summary>The spellings that a caller may choose from. The zero value stands for "not said" and is not one of them.</summary>
    public static IEnumerable<string> Choices(EnumDescriptor type) =>
        type.Values.Where(value => !value.Name.EndsWith("_UNSPECIFIED", StringComparison.Ordinal)).Select(Json).Distinct();
}
