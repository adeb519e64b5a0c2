using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;
using Koda.Protos.Common.V1;
using Koda.Server.Engine;
using Koda.Server.Engine.Agents;
using Wire = Koda.Protos.ControlPlane.V1;

namespace Koda.Server.Surfaces.ControlPlane;

/// <summary>Puts the fields that an edit names into a draft: objects are merged, lists are replaced, what has no value is cleared.</summary>
internal static class DraftMerge
{
    /// <summary>The edit of a request, for the engine to run on the draft as it is by then.</summary>
    /// <param name="id">The agent.</param>
    /// <param name="given">The new values.</param>
    /// <param name="mask">The fields to change. Null: those that have a value.</param>
    /// <exception cref="EngineException">INVALID_REQUEST: the mask names what is no field.</exception>
    public static Func<AgentDefinition, DraftEdit> Of(string id, Wire.AgentDefinition given, FieldMask? mask)
    {
        var paths = mask?.Paths.ToList() ?? [.. Present(given, "")];
        var unknown = paths.Where(path => !FieldMask.IsValid(Wire.AgentDefinition.Descriptor, path)).ToList();
        if (unknown.Count > 0)
        {
            var problem = $"names what is no field: {string.Join(", ", unknown)}";
            throw new EngineException(ErrorReason.InvalidRequest, $"The update mask {problem}.", new Dictionary<string, string> { ["update_mask"] = problem });
        }
        return draft =>
        {
            var merged = DefinitionViews.From(draft);
            foreach (var path in paths)
                Copy(path.Split('.'), given, merged);
            return new DraftEdit(DefinitionReading.From(id, merged), merged.Provider?.ApiKey ?? "");
        };
    }

    private static IEnumerable<string> Present(IMessage message, string prefix)
    {
        foreach (var field in message.Descriptor.Fields.InDeclarationOrder())
        {
            var value = field.Accessor.GetValue(message);
            if (field is { FieldType: FieldType.Message, IsRepeated: false })
            {
                foreach (var inner in value is IMessage child ? Present(child, $"{prefix}{field.Name}.") : [])
                    yield return inner;
            }
            else if (value is System.Collections.IList { Count: > 0 } or string { Length: > 0 } or true || value is int and not 0 || value is long and not 0 || value is double and not 0)
            {
                yield return prefix + field.Name;
            }
        }
    }

    private static void Copy(ReadOnlySpan<string> path, IMessage? source, IMessage target)
    {
        var field = target.Descriptor.FindFieldByName(path[0]);
        if (path.Length > 1)
        {
            var inner = (IMessage?)field.Accessor.GetValue(target) ?? field.MessageType.Parser.ParseFrom(ByteString.Empty);
            Copy(path[1..], source is null ? null : (IMessage?)field.Accessor.GetValue(source), inner);
            field.Accessor.SetValue(target, inner);
            return;
        }
        field.Accessor.Clear(target);
        if (source is null || field.Accessor.GetValue(source) is not { } value)
            return;
        if (value is not System.Collections.IList given)
        {
            field.Accessor.SetValue(target, value);
            return;
        }
        var list = (System.Collections.IList)field.Accessor.GetValue(target);
        foreach (var item in given)
            list.Add(item);
    }
}
