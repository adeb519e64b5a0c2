using System.Globalization;
using System.Text;
using Google.Protobuf.Reflection;
using Koda.Protos.Common.V1;

namespace Koda.Fuzz.Tests.Inputs;

/// <summary>Requests as JSON, by their descriptors: some good, some at fault in a field, some broken.</summary>
/// <param name="hostile">Makes what is not good.</param>
/// <param name="known">Gives what is.</param>
/// <param name="hostility">The part of the values that is not good.</param>
internal sealed class JsonMaker(Hostile hostile, Known known, double hostility)
{
    private const int Deepest = 5;

    public string Message(MessageDescriptor type, ISet<string> without, int depth = 0)
    {
        var members = new List<string>();
        foreach (var field in type.Fields.InDeclarationOrder())
        {
            if (without.Contains(field.Name) || !hostile.Chance(depth == 0 ? 0.8 : 0.5))
                continue;
            members.Add($"\"{(hostile.Chance(0.1) ? field.JsonName : field.Name)}\":{Field(field, depth)}");
            if (hostile.Chance(hostility / 10))
                members.Add($"\"{field.Name}\":{Field(field, depth)}");
        }

        if (hostile.Chance(hostility / 5))
            members.Add($"{hostile.Quoted(hostile.Text())}:{hostile.Json()}");
        return $"{{{string.Join(',', members)}}}";
    }

    /// <summary>The value of a field in a path or a query.</summary>
    public string Text(FieldDescriptor field) => hostile.Chance(hostility) ? hostile.Text() : Good(field);

    private string Field(FieldDescriptor field, int depth)
    {
        if (hostile.Chance(hostility))
            return hostile.Json();
        if (field.IsMap)
            return $"{{{string.Join(',', Enumerable.Range(0, hostile.Random.Next(3)).Select(i => $"\"k{i}\":{Value(field.MessageType.FindFieldByNumber(2), depth)}"))}}}";
        return field.IsRepeated
            ? $"[{string.Join(',', Enumerable.Range(0, hostile.Random.Next(3)).Select(_ => Value(field, depth)))}]"
            : Value(field, depth);
    }

    private string Value(FieldDescriptor field, int depth)
    {
        if (hostile.Chance(hostility))
            return hostile.Json();
        if (field.GetOptions()?.GetExtension(PolicyExtensions.Field)?.RawJson == true)
            return hostile.Pick(["{}", "{\"a\":[1,2.50,\"x\"]}", "{\"max_iterations\":3}", "\"text\"", "5"]);
        if (field.FieldType == FieldType.Message)
            return field.MessageType.File.Package != "google.protobuf"
                ? depth < Deepest
                    ? Message(field.MessageType, new HashSet<string>(), depth + 1)
                    : "{}"
                : field.MessageType.Name == "Struct"
                    ? "{\"a\":1}"
                    : hostile.Quoted(Good(field));
        return field.FieldType is FieldType.Bool or FieldType.Int32 or FieldType.Int64 or FieldType.UInt32 or FieldType.Double
            ? Good(field)
            : hostile.Quoted(Good(field));
    }

    private string Good(FieldDescriptor field) => known.Find(field.Name, hostile) ?? field.FieldType switch
    {
        FieldType.Bool => hostile.Chance(0.5) ? "true" : "false",
        FieldType.Double => hostile.Random.Next(3).ToString(CultureInfo.InvariantCulture),
        FieldType.Enum => Enum(hostile.Pick(field.EnumType.Values.Skip(field.EnumType.Values.Count > 1 ? 1 : 0).ToList())),
        FieldType.Message when field.MessageType.Name == "Timestamp" => "2026-01-31T12:00:00Z",
        FieldType.Message when field.MessageType.Name == "Duration" => "5s",
        FieldType.String or FieldType.Message or FieldType.Bytes => hostile.Pick(["a", "fuzz", "read", "a b c"]),
        _ => hostile.Random.Next(5).ToString(CultureInfo.InvariantCulture),
    };

    private static string Enum(EnumValueDescriptor value)
    {
        var given = value.GetOptions()?.GetExtension(PolicyExtensions.JsonValue);
        if (!string.IsNullOrEmpty(given))
            return given;
        var prefix = new StringBuilder();
        foreach (var letter in value.EnumDescriptor.Name)
            prefix.Append(char.IsUpper(letter) && prefix.Length > 0 ? "_" : "").Append(char.ToUpperInvariant(letter));
        return value.Name.StartsWith(prefix + "_", StringComparison.Ordinal)
            ? value.Name[(prefix.Length + 1)..].ToLowerInvariant()
            : value.Name.ToLowerInvariant();
    }
}
