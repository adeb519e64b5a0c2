using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Koda.Server.Http.Rest;

/// <summary>Writes a failure as an HTTP reply.</summary>
internal static class RestError
{
    private static readonly JsonWriterOptions s_writerOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static async Task Write(HttpContext http, IDialect dialect, CallFailure failure)
    {
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
        await Send(response, RequestBody.Json, new ReadOnlySequence<byte>(Json(dialect, failure, http.TraceIdentifier)));
    }

    public static async ValueTask Send(HttpResponse response, string contentType, ReadOnlySequence<byte> body)
    {
        response.ContentType = contentType;
        response.ContentLength = body.Length;
        response.Headers.XContentTypeOptions = "nosniff";
        foreach (var part in body)
            response.BodyWriter.Write(part.Span);
        await response.BodyWriter.FlushAsync();
    }

    public static ReadOnlyMemory<byte> Json(IDialect dialect, CallFailure failure, string requestId)
    {
        var output = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(output, s_writerOptions))
            dialect.WriteError(writer, failure, requestId);
        return output.WrittenMemory;
    }
}
