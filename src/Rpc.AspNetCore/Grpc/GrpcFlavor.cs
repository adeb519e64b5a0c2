namespace Koda.Rpc.AspNetCore;

/// <summary>The forms in which gRPC travels.</summary>
internal enum GrpcFlavor
{
    None,

    /// <summary>gRPC over HTTP/2, with HTTP trailers.</summary>
    Grpc,

    /// <summary>gRPC-Web: the trailers are the last frame of the body.</summary>
    Web,

    /// <summary>gRPC-Web with the body in base64.</summary>
    WebText,
}

internal static class GrpcContentType
{
    private const string Grpc = "application/grpc";
    private const string Web = "application/grpc-web";
    private const string WebText = "application/grpc-web-text";

    /// <summary>The flavor that a content type names; a subtype other than protobuf is not gRPC as spoken here.</summary>
    public static GrpcFlavor Of(string? contentType) => contentType switch
    {
        null => GrpcFlavor.None,
        Grpc => GrpcFlavor.Grpc,
        _ when Names(contentType, WebText) => GrpcFlavor.WebText,
        _ when Names(contentType, Web) => GrpcFlavor.Web,
        _ when Names(contentType, Grpc) => GrpcFlavor.Grpc,
        _ => GrpcFlavor.None,
    };

    public static string OfReply(GrpcFlavor flavor) => flavor switch
    {
        GrpcFlavor.Web => Web + "+proto",
        GrpcFlavor.WebText => WebText + "+proto",
        _ => Grpc,
    };

    private static bool Names(string contentType, string name)
    {
        if (!contentType.StartsWith(name, StringComparison.OrdinalIgnoreCase))
            return false;
        var rest = contentType.AsSpan(name.Length);
        if (rest.StartsWith("+proto", StringComparison.OrdinalIgnoreCase))
            rest = rest["+proto".Length..];
        return rest.IsEmpty || rest.TrimStart().StartsWith(";");
    }
}
