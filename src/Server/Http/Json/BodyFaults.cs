using System.Text.Json;
using Google.Protobuf.Reflection;

namespace Koda.Server.Http.Json;

/// <summary>Names every fault of a body that could not be read: the serializer stops at the first.</summary>
internal sealed class BodyFaults(ReadContext context)
{
    public void OfMessage(MessageDescriptor type, JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object)
        {
            context.Report("must be an object");
            return;
        }
        var given = new HashSet<object>();
        foreach (var member in json.EnumerateObject())
        {
            var name = NameOf(member);
            var field = type.FindFieldByName(name) ?? type.Fields.InDeclarationOrder().FirstOrDefault(field => field.JsonName == name);
            context.Enter(field?.Name ?? name);
            if (field is null)
                context.Report("is not a field of this request");
            else if (!given.Add(field))
                context.Report("is given twice");
            else if (member.Value.ValueKind != JsonValueKind.Null)
                OfField(field, member.Value, given);
            context.Leave();
        }
    }

    public void OfField(FieldDescriptor field, JsonElement json, HashSet<object>? given = null)
    {
        if (field.RealContainingOneof is { } oneof && given?.Add(oneof) == false)
            context.Report($"must not be given together with another field of {oneof.Name}");
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
            context.Report("must be a list");
            return;
        }
        var index = 0;
        foreach (var item in json.EnumerateArray())
        {
            context.Enter(index++);
            OfValue(field, item);
            context.Leave();
        }
    }

    private void OfMap(IList<FieldDescriptor> entry, JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object)
        {
            context.Report("must be an object");
            return;
        }
        var keys = Scalars.Of(entry[0])!;
        var given = new HashSet<object>();
        foreach (var member in json.EnumerateObject())
        {
            var name = NameOf(member);
            context.Enter(name);
            if (!keys.TryParse(name, out var key))
                context.Report("has a key that " + keys.Expectation);
            else if (!given.Add(key))
                context.Report("is given twice");
            else
                OfValue(entry[1], member.Value);
            context.Leave();
        }
    }

    private void OfValue(FieldDescriptor field, JsonElement json)
    {
        if (Scalars.Of(field) is { } scalar)
        {
            if (!scalar.Accepts(json))
                context.Report(scalar is TextJson && json.ValueKind == JsonValueKind.String ? "must be valid Unicode text" : scalar.Expectation);
        }
        else if (field.FieldType == FieldType.Message)
        {
            OfMessage(field.MessageType, json);
        }
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
