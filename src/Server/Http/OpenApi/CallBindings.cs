using Koda.Server.Http.Rest;
using Microsoft.AspNetCore.Mvc.ApiExplorer;

namespace Koda.Server.Http.OpenApi;

internal static class CallBindings
{
    /// <summary>The HTTP rule of a call by REST; null for other calls.</summary>
    public static RestBinding? Binding(this ApiDescription call) => Bindings(call).FirstOrDefault();

    /// <summary>The rule of a call, and those of the feeds that share its path.</summary>
    public static IEnumerable<RestBinding> Bindings(this ApiDescription call) =>
        call.ActionDescriptor.EndpointMetadata.OfType<RestBinding>();
}
