using Grpc.Core;

namespace Koda.Server.Surfaces.ControlPlane;

/// <summary>Reads the condition under which a caller wants a change: the request's own field, else the header If-Match.</summary>
internal static class EtagReading
{
    public static string From(string given, ServerCallContext context)
    {
        if (given.Length > 0)
            return given;
        var header = context.GetHttpContext().Request.Headers.IfMatch.ToString();
        return header == "*" ? "" : header.Trim('"');
    }
}
