using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;

namespace Koda.Server.Http.Rest;

/// <summary>
/// Tells a handler which fields a body names, when the caller does not say so by `update_mask` itself: only those are changed, and one that
/// is <c>null</c> is cleared. The convention is that of https://google.aip.dev/134.
/// </summary>
internal static class BodyMask
{
    private const string FieldName = "update_mask";

    /// <summary>Fills the request's mask from the body of one of its fields, if it has a mask and none was given.</summary>
    public static void Fill(IMessage request, string body, ReadOnlyMemory<byte> json)
    {
        var mask = request.Descriptor.FindFieldByName(FieldName);
        if (mask?.FieldType != FieldType.Message || mask.MessageType != FieldMask.Descriptor || mask.Accessor.GetValue(request) is not null)
            return;
        var type = request.Descriptor.FindFieldByName(body);
        using var document = JsonDocument.Parse(json);
        if (!HasFields(type) || document.RootElement.ValueKind != JsonValueKind.Object)
            return;
        var paths = new FieldMask();
        paths.Paths.AddRange(Paths(type.MessageType, document.RootElement, ""));
        mask.Accessor.SetValue(request, paths);
    }

    private static IEnumerable<string> Paths(MessageDescriptor type, JsonElement json, string prefix)
    {
        foreach (var member in json.EnumerateObject())
        {
            if (type.Fields.InDeclarationOrder().FirstOrDefault(each => each.Name == member.Name || each.JsonName == member.Name)
                is not { } field)
                continue;
            var path = prefix + field.Name;
            if (member.Value.ValueKind != JsonValueKind.Object || !HasFields(field))
                yield return path;
            else
            {
                foreach (var inner in Paths(field.MessageType, member.Value, path + "."))
                    yield return inner;
            }
        }
    }

    /// <summary>The field is a message of the product, whose fields can be named one by one.</summary>
    private static bool HasFields(FieldDescriptor field) =>
        field is { FieldType: FieldType.Message, IsRepeated: false, IsMap: false } && field.MessageType.File.Package != "google.protobuf";
}
