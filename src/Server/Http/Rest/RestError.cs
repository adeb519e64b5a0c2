using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Koda.Server.Http.Wire;
using Microsoft.AspNetCore.Http;

namespace Koda.Server.Http.Rest;

/// <summary>Writes a failure as an HTTP reply.</summary>
internal static class RestError
{
    private static readonly JsonWriterOptions s_writerOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static async Task WriteAsync(HttpContext http, IDialect dialect, CallFailure failure)
    {
        if (http.RequestAborted.IsCancellationRequested)
            return;
        var response = http.Response;
        if (response.HasStarted)
        {
            // Half a reply must not look like a whole one.
            http.Abort();
            return;
        }

        response.StatusCode = dialect.Spell(failure.Description).HttpStatus;
        if (failure.Trailers is { } trailers)
            ResponseMetadata.CopyTo(trailers, response.Headers);
        if (failure.RetryAfter is { } wait)
            response.Headers.RetryAfter = ((long)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        if (response.StatusCode == StatusCodes.Status401Unauthorized)
            response.Headers.WWWAuthenticate = "Bearer";
        using var buffer = new PooledBufferWriter();
        Write(buffer, dialect, failure, http.TraceIdentifier);
        await SendAsync(response, RequestBody.Json, buffer.WrittenMemory, http.RequestAborted);
    }

    public static async ValueTask SendAsync(HttpResponse response, string contentType, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        response.ContentType = contentType;
        response.ContentLength = body.Length;
        response.Headers.XContentTypeOptions = "nosniff";
        await response.BodyWriter.WriteAsync(body, cancellationToken);
    }

    public static void Write(PooledBufferWriter output, IDialect dialect, CallFailure failure, string requestId)
    {
        using var writer = new Utf8JsonWriter(output, s_writerOptions);
        dialect.WriteError(writer, failure, requestId);
    }
}
