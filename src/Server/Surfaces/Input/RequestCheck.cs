using Google.Protobuf;

namespace Koda.Server.Surfaces.Input;

/// <summary>
/// The one check that every request passes, whatever it came by: its texts can be stored, its times are in range, its numbers are finite,
/// its JSON is JSON, and its enum values are the contract's. What a rule of the product says of a field is the use case's matter.
/// </summary>
internal static class RequestCheck
{
    /// <summary>Makes the free text of a request storable, and finds all that is wrong with the rest.</summary>
    public static IReadOnlyList<InputFault> Faults(IMessage request) => Faults(request, MessagePlan.Of(request.Descriptor));

    /// <inheritdoc cref="Faults(IMessage)"/>
    public static IReadOnlyList<InputFault> Faults(IMessage request, MessagePlan plan)
    {
        if (plan.IsKept(request))
            return [];
        plan.Mend(request);
        var faults = new List<InputFault>();
        plan.Report(request, "", faults);
        return faults;
    }
}
