using Google.Protobuf.Reflection;
using Koda.Protos.Common.V1;
using FieldBehavior = Google.Api.FieldBehavior;
using FieldBehaviorExtensions = Google.Api.FieldBehaviorExtensions;

namespace Koda.Server.Http.OpenApi;

/// <summary>What the contract says of a field, as far as a document shows it.</summary>
internal static class ContractFields
{
    public static FieldPolicy Policy(this FieldDescriptor field) =>
        field.GetOptions()?.GetExtension(PolicyExtensions.Field) ?? new FieldPolicy();

    /// <summary>The type of the field's value, for the generator of schemas; <see cref="object"/> for JSON of any kind.</summary>
    public static Type JsonType(this FieldDescriptor field) =>
        field.Policy().RawJson && !field.IsRepeated
            ? typeof(object)
            : field.ContainingType.ClrType.GetProperty(field.PropertyName)!.PropertyType;

    /// <summary>A request without the field is refused.</summary>
    public static bool IsNeeded(this FieldDescriptor field) =>
        field.GetOptions()?.GetExtension(FieldBehaviorExtensions.FieldBehavior)?.Contains(FieldBehavior.Required) ?? false;

    /// <summary>A reply holds the field whatever its value.</summary>
    public static bool IsAlwaysWritten(this FieldDescriptor field) =>
        field.Policy().WriteNull || (!field.HasPresence && (field.IsRepeated || !field.Policy().RawJson));

    /// <summary>The field that a path of names leads to, such as <c>agent.name</c>; null when there is none.</summary>
    public static FieldDescriptor? Field(this MessageDescriptor type, string path)
    {
        var names = path.Split('.');
        var holder = names
            .SkipLast(1)
            .Aggregate<string, MessageDescriptor?>(type, (message, name) => message?.FindFieldByName(name)?.MessageType);
        return holder?.FindFieldByName(names[^1]);
    }
}
