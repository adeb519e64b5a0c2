using System.Buffers;
using Koda.Protos.Common.V1;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;

namespace Koda.Server.Http.Rest;

/// <summary>Reads the body of a request, whole and within the limit.</summary>
internal static class RequestBody
{
    public static bool IsEmpty(HttpRequest request) =>
        request.ContentLength == 0 || request.HttpContext.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: false };

    public const string Json = "application/json";

    /// <exception cref="RpcFault">UNSUPPORTED_MEDIA_TYPE: the content is not declared to be JSON in UTF-8, or it is compressed.</exception>
    private static void RequireJson(HttpRequest request)
    {
        var isJson = MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            && type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)
            && (!type.Charset.HasValue || type.Charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase));
        if (!isJson)
        {
            var met = string.IsNullOrEmpty(request.ContentType) ? "no content type" : $"the content type {request.ContentType}";
            throw new RpcFault(ErrorReason.UnsupportedMediaType, $"The request has {met}; send application/json in UTF-8.");
        }
        if (request.Headers.ContentEncoding.ToString() is { Length: > 0 } encoding
            && !encoding.Equals("identity", StringComparison.OrdinalIgnoreCase))
            throw new RpcFault(ErrorReason.UnsupportedMediaType, $"The request has the content encoding {encoding}; send it uncompressed.");
    }

    /// <exception cref="RpcFault">UNSUPPORTED_MEDIA_TYPE; PAYLOAD_TOO_LARGE; MALFORMED_BODY when the transfer itself is broken.</exception>
    public static async ValueTask<byte[]> Read(HttpRequest request, bool isJson, int limit, CancellationToken cancellationToken)
    {
        if (isJson)
            RequireJson(request);
        // The limit is kept here, so the server's own must not come first with an error in another shape.
        if (request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } own)
            own.MaxRequestBodySize = null;
        if (request.ContentLength > limit)
            throw TooLarge(limit);
        try
        {
            var read = await request.BodyReader.ReadAtLeastAsync(limit + 1, cancellationToken);
            if (read.Buffer.Length > limit)
                throw TooLarge(limit);
            var body = read.Buffer.ToArray();
            request.BodyReader.AdvanceTo(read.Buffer.End);
            return body;
        }
        catch (IOException fault) when (!request.HttpContext.RequestAborted.IsCancellationRequested)
        {
            // The server says most of it by an exception of its own, and a size of a chunk that is no number by a bare one.
            throw new RpcFault(ErrorReason.MalformedBody, "The body could not be received: " + fault.Message, fault);
        }
    }

    private static RpcFault TooLarge(int limit) => new(ErrorReason.PayloadTooLarge, $"The body is larger than the limit of {limit} bytes.");
}
