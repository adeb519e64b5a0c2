using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;
using Koda.Server.Http;

namespace Koda.Server.Surfaces.ControlPlane;

/// <summary>Applies changes that name their fields, as https://google.aip.dev/134 describes it.</summary>
internal static class Patch
{
    private static readonly FieldMask.MergeOptions s_replace = new() { ReplaceRepeatedFields = true, ReplacePrimitiveFields = true };

    /// <summary>A copy of <paramref name="current"/> with the named fields of <paramref name="changes"/>.</summary>
    /// <param name="current">What is there.</param>
    /// <param name="changes">The new values.</param>
    /// <param name="mask">The fields that are changed. Null: those that the changes set, inside of objects too.</param>
    /// <exception cref="RpcFault">INVALID_REQUEST: the mask names a field that there is not.</exception>
    public static T Apply<T>(T current, T? changes, FieldMask? mask)
        where T : class, IMessage<T>, IDeepCloneable<T>, new()
    {
        changes = changes?.Clone() ?? new T();
        mask ??= Set(changes);
        var unknown = mask.Paths.Where(path => !FieldMask.IsValid(current.Descriptor, path)).ToArray();
        if (unknown.Length > 0)
            throw RpcFault.Invalid([.. unknown.Select(path => new FieldFault("update_mask", $"names '{path}', which is no field"))]);
        foreach (var path in mask.Paths)
            Open(path.Split('.'), changes);
        var changed = current.Clone();
        mask.Merge(changes, changed, s_replace);
        foreach (var path in mask.Paths)
            ClearUnset(path.Split('.'), changes, changed);
        return changed;
    }

    /// <summary>
    /// The merge does not go into an object that the changes leave unset; but the fields in it that the mask names are to be cleared.
    /// </summary>
    private static void Open(ReadOnlySpan<string> path, IMessage changes)
    {
        if (path.Length < 2)
            return;
        var field = changes.Descriptor.FindFieldByName(path[0]);
        if (field.Accessor.GetValue(changes) is not IMessage inner)
            field.Accessor.SetValue(changes, inner = field.MessageType.Parser.ParseFrom(ByteString.Empty));
        Open(path[1..], inner);
    }

    /// <summary>The merge writes the default of an unset optional field; but it is to be unset.</summary>
    private static void ClearUnset(ReadOnlySpan<string> path, IMessage? changes, IMessage changed)
    {
        var field = changed.Descriptor.FindFieldByName(path[0]);
        if (path.Length > 1)
        {
            if (field.Accessor.GetValue(changed) is IMessage inner)
                ClearUnset(path[1..], changes is null ? null : (IMessage?)field.Accessor.GetValue(changes), inner);
        }
        else if (field.HasPresence && (changes is null || !field.Accessor.HasValue(changes)))
        {
            field.Accessor.Clear(changed);
        }
    }

    private static FieldMask Set(IMessage changes)
    {
        var mask = new FieldMask();
        mask.Paths.AddRange(Present(changes, ""));
        return mask;
    }

    /// <summary>
    /// The fields that have a value, inside of objects too: an object that is given in part leaves its other fields as they are.
    /// </summary>
    private static IEnumerable<string> Present(IMessage message, string prefix) =>
        message.Descriptor.Fields.InDeclarationOrder().Where(field => IsSet(field, message)).SelectMany(field =>
            field is { IsRepeated: false, FieldType: FieldType.Message } && field.MessageType.File.Package != "google.protobuf"
                ? Present((IMessage)field.Accessor.GetValue(message), $"{prefix}{field.Name}.")
                : [prefix + field.Name]);

    private static bool IsSet(FieldDescriptor field, IMessage message) => field.IsRepeated
        ? ((System.Collections.ICollection)field.Accessor.GetValue(message)).Count > 0
        : field.HasPresence
            ? field.Accessor.HasValue(message)
            : !field.Accessor.GetValue(message).Equals(field.Accessor.GetValue(message.Descriptor.Parser.ParseFrom(ByteString.Empty)));
}
