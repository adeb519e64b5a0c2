using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;

namespace Koda.Rpc.AspNetCore;

/// <summary>The bodies of a request and its reply as bytes of gRPC frames.</summary>
internal static class GrpcBodies
{
    public static PipeReader Input(HttpContext http, GrpcFlavor flavor) =>
        flavor == GrpcFlavor.WebText ? PipeReader.Create(new Base64ReadStream(http.Request.Body)) : http.Request.BodyReader;

    public static PipeWriter Output(HttpContext http, GrpcFlavor flavor) =>
        flavor == GrpcFlavor.WebText ? new Base64PipeWriter(http.Response.BodyWriter) : http.Response.BodyWriter;
}
