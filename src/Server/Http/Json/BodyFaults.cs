using System.Text;
using System.Text.Json;
using Google.Protobuf.Reflection;

namespace Koda.Server.Http.Json;

/// <summary>Names every fault of a body that could not be read: the serializer stops at the first.</summary>
internal sealed class BodyFaults(IList<FieldFault> issues)
{
    /// <summary>A hostile body could hold a fault in every byte; nobody reads more than this.</summary>
    private const int MaxIssues = 100;

    private const int LongestPath = 256;

    private readonly Stack<(string? Name, int Index)> _path = new();

    public void OfMessage(MessageDescriptor type, JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object)
        {
            Report("must be an object");
            return;
        }
        var given = new HashSet<object>();
        foreach (var member in json.EnumerateObject())
        {
            var name = NameOf(member);
            var field = type.FindFieldByName(name) ?? type.Fields.InDeclarationOrder().FirstOrDefault(field => field.JsonName == name);
            _path.Push((field?.Name ?? name, 0));
            if (field is null)
                Report("is not a field of this request");
            else if (!given.Add(field))
                Report("is given twice");
            else if (member.Value.ValueKind != JsonValueKind.Null)
                OfField(field, member.Value, given);
            _path.Pop();
        }
    }

    public void OfField(FieldDescriptor field, JsonElement json, HashSet<object>? given = null)
    {
        if (field.RealContainingOneof is { } oneof && given?.Add(oneof) == false)
            Report($"must not be given together with another field of {oneof.Name}");
        else if (field.IsMap)
            OfMap(field.MessageType.Fields.InFieldNumberOrder(), json);
        else if (field.IsRepeated)
            OfList(field, json);
        else
            OfValue(field, json);
    }

    private void OfList(FieldDescriptor field, JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Array)
        {
            Report("must be a list");
            return;
        }
        var index = 0;
        foreach (var item in json.EnumerateArray())
        {
            _path.Push((null, index++));
            OfValue(field, item);
            _path.Pop();
        }
    }

    private void OfMap(IList<FieldDescriptor> entry, JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object)
        {
            Report("must be an object");
            return;
        }
        var keys = Scalars.Of(entry[0])!;
        var given = new HashSet<object>();
        foreach (var member in json.EnumerateObject())
        {
            var name = NameOf(member);
            _path.Push((name, 0));
            if (!keys.TryParse(name, out var key))
                Report("has a key that " + keys.Expectation);
            else if (!given.Add(key))
                Report("is given twice");
            else
                OfValue(entry[1], member.Value);
            _path.Pop();
        }
    }

    private void OfValue(FieldDescriptor field, JsonElement json)
    {
        if (Scalars.Of(field) is { } scalar)
        {
            if (!scalar.Accepts(json))
                Report(
                    field.FieldType == FieldType.String && json.ValueKind == JsonValueKind.String
                        ? "must be valid Unicode text"
                        : scalar.Expectation);
        }
        else if (field.FieldType == FieldType.Message)
        {
            OfMessage(field.MessageType, json);
        }
    }

    private void Report(string problem)
    {
        if (issues.Count < MaxIssues)
            issues.Add(new FieldFault(Path(), problem));
    }

    private string Path()
    {
        var text = new StringBuilder();
        foreach (var (name, index) in _path.Reverse())
        {
            if (name is null)
                text.Append('[').Append(index).Append(']');
            else
                text.Append(text.Length > 0 ? "." : "").Append(name);
        }

        // A name that the caller made up may be as long as its body.
        if (text.Length <= LongestPath)
            return text.ToString();
        text.Length = char.IsHighSurrogate(text[LongestPath - 1]) ? LongestPath - 1 : LongestPath;
        return text.Append('…').ToString();
    }

    private static string NameOf(JsonProperty member)
    {
        try
        {
            return member.Name;
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair names nothing.
            return "?";
        }
    }
}
