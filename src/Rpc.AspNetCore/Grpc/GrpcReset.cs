using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Koda.Rpc.AspNetCore;

internal static class GrpcReset
{
    private const int InternalError = 2;

    /// <summary>Breaks a reply of which a part of a message is out, so that no peer takes it for a whole one.</summary>
    public static void Internal(HttpContext http)
    {
        if (http.Features.Get<IHttpResetFeature>() is { } reset)
            reset.Reset(InternalError);
        else
            http.Abort();
    }
}
