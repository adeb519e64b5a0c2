using System.Globalization;
using System.Net.Http.Headers;
using Grpc.Core;
using Koda.Rpc.Wire;

namespace Koda.Rpc.Calls;

/// <summary>Reads the headers and trailers of a response.</summary>
internal static class ResponseHeaders
{
    private const string MissingStatus = "The server ended the call without a grpc-status.";

    /// <summary>The status of a response that has no body to read, or null when its body is to be read.</summary>
    public static Status? StatusWithoutBody(HttpResponseMessage response)
    {
        if (ReadStatus(response.Headers.NonValidated) is { } status)
            return status;
        if (response.StatusCode != System.Net.HttpStatusCode.OK)
            return new Status(
                StatusMapping.FromHttpStatus((int)response.StatusCode),
                string.Create(CultureInfo.InvariantCulture, $"The server answered with the HTTP status {(int)response.StatusCode}."));
        var contentType = First(response.Content.Headers.NonValidated, "Content-Type");
        return IsGrpc(contentType)
            ? null
            : new Status(StatusCode.Unknown, $"The server answered with the content type '{contentType}', not with gRPC.");
    }

    public static Status StatusOfTrailers(HttpResponseMessage response) =>
        ReadStatus(response.TrailingHeaders.NonValidated) ?? new Status(StatusCode.Unknown, MissingStatus);

    public static string? First(HttpHeadersNonValidated headers, string name)
    {
        if (!headers.TryGetValues(name, out var values))
            return null;
        foreach (var value in values)
            return value;
        return null;
    }

    public static Metadata ToMetadata(HttpHeaders headers)
    {
        var metadata = new Metadata();
        foreach (var (name, values) in headers.NonValidated)
            foreach (var value in values)
                MetadataHeaders.AddTo(metadata, name, value);
        return metadata;
    }

    private static Status? ReadStatus(HttpHeadersNonValidated headers)
    {
        if (First(headers, WireNames.Status) is not { } code)
            return null;
        var message = First(headers, WireNames.Message);
        if (code == "0" && message is null)
            return Status.DefaultSuccess;
        if (!int.TryParse(code, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            return new Status(StatusCode.Unknown, $"The server ended the call with the invalid grpc-status '{code}'.");
        var detail = message is null ? "" : StatusMessage.Decode(message);
        return new Status(number <= (int)StatusCode.Unauthenticated ? (StatusCode)number : StatusCode.Unknown, detail);
    }

    private static bool IsGrpc(string? contentType) =>
        contentType is not null && contentType.StartsWith(WireNames.ContentType, StringComparison.OrdinalIgnoreCase)
        && (contentType.Length == WireNames.ContentType.Length || contentType[WireNames.ContentType.Length] is '+' or ';');
}
