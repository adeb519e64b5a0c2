using Google.Protobuf.WellKnownTypes;
using Koda.Server.Engine.Agents;
using Wire = Koda.Protos.ControlPlane.V1;

namespace Koda.Server.Surfaces.ControlPlane;

/// <summary>
/// Puts the fields that an edit names into a draft: objects are merged, lists are replaced, what has no value is cleared.
/// </summary>
internal static class DraftMerge
{
    /// <summary>The edit of a request, for the engine to run on the draft as it is by then.</summary>
    /// <param name="id">The agent.</param>
    /// <param name="given">The new values.</param>
    /// <param name="mask">The fields to change. Null: those that have a value, inside of objects too.</param>
    public static Func<AgentDefinition, DraftEdit> Of(string id, Wire.AgentDefinition given, FieldMask? mask) => draft =>
    {
        var merged = Patch.Apply(DefinitionViews.From(draft), given, mask);
        return new DraftEdit(DefinitionReading.From(id, merged), merged.Provider?.ApiKey ?? "");
    };
}
