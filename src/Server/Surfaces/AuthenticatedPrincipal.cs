using Koda.Rpc.AspNetCore;
using Koda.Server.Engine.Principals;

namespace Koda.Server.Surfaces;

/// <summary>A caller with a valid credential, as the pipeline hands it to the services.</summary>
internal sealed record AuthenticatedPrincipal(AuthenticatedCaller Caller)
    : CallPrincipal(Caller.PrincipalId.ToString(), Caller.Name, Caller.Scopes);
