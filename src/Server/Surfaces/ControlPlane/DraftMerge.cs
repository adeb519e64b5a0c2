using System.Collections;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Koda.Server.Engine.Agents;
using Wire = Koda.Protos.ControlPlane.V1;

namespace Koda.Server.Surfaces.ControlPlane;

/// <summary>Puts the fields that an edit names into a draft: objects are merged, lists are replaced, what has no value is cleared.</summary>
internal static class DraftMerge
{
    /// <summary>The edit of a request, for the engine to run on the draft as it is by then.</summary>
    /// <param name="id">The agent.</param>
    /// <param name="given">The new values.</param>
    /// <param name="mask">The fields to change. Null: those that have a value, inside of objects too.</param>
    public static Func<AgentDefinition, DraftEdit> Of(string id, Wire.AgentDefinition given, FieldMask? mask)
    {
        if (mask is null)
        {
            mask = new FieldMask();
            mask.Paths.AddRange(Present(given, ""));
        }
        return draft =>
        {
            var merged = Patch.Apply(DefinitionViews.From(draft), given, mask);
            return new DraftEdit(DefinitionReading.From(id, merged), merged.Provider?.ApiKey ?? "");
        };
    }

    private static IEnumerable<string> Present(IMessage message, string prefix) =>
        message.Descriptor.Fields.InDeclarationOrder().SelectMany(field => field.Accessor.GetValue(message) switch
        {
            IMessage inner => Present(inner, $"{prefix}{field.Name}."),
            null => [],
            var value => IsSet(value) ? [prefix + field.Name] : Array.Empty<string>(),
        });

    private static bool IsSet(object value) => value switch
    {
        IList list => list.Count > 0,
        string text => text.Length > 0,
        _ => !value.Equals(Activator.CreateInstance(value.GetType())),
    };
}
