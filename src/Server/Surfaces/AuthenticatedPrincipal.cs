using Koda.Server.Http;
using Koda.Server.Engine.Principals;

namespace Koda.Server.Surfaces;

/// <summary>A caller with a valid credential, as the pipeline hands it to the services.</summary>
internal sealed class AuthenticatedPrincipal(AuthenticatedCaller caller)
    : CallPrincipal(caller.PrincipalId.ToString(), caller.Name, caller.Scopes)
{
    public AuthenticatedCaller Caller => caller;
}
