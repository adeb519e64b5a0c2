using Koda.Protos.Worker.V1;
using Koda.Worker.Providers;

namespace Koda.Worker.Loop;

/// <summary>A model that an attempt may ask.</summary>
/// <param name="Name">What it is called beside the others.</param>
/// <param name="Connection">Its connection. Empty: the attempt's own.</param>
/// <param name="Model">Its name there.</param>
internal sealed record ModelRoute(string Name, string Connection, string Model)
{
    /// <summary>The models of an attempt, in the order in which they are asked.</summary>
    public static IReadOnlyList<ModelRoute> Of(Assignment assignment) =>
    [
        new(assignment.Agent.Model, "", assignment.Agent.Model),
        .. (assignment.Turn?.Fallbacks ?? []).Select(fallback => new ModelRoute(fallback.Name(), fallback.Connection, fallback.Model)),
    ];
}
