using System.IO.Pipelines;
using System.Text;
using Grpc.Core;
using Koda.Rpc.Wire;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Koda.Rpc.AspNetCore;

/// <summary>Writes the status and the trailers that end a call.</summary>
internal static class GrpcEnding
{
    private const byte TrailerFrame = 0x80;

    /// <summary>Refuses a request before it became a call.</summary>
    public static Task RefuseAsync(HttpContext http, GrpcFlavor flavor, StatusCode code, string message)
    {
        http.Response.ContentType = GrpcContentType.OfReply(flavor);
        return WriteAsync(http, GrpcBodies.Output(http, flavor), flavor, CallFailure.From(new Status(code, message)), null, trailersOnly: true);
    }

    public static async Task WriteAsync(
        HttpContext http, PipeWriter output, GrpcFlavor flavor, CallFailure? failure, Metadata? trailers, bool trailersOnly)
    {
        if (trailersOnly && !http.Response.HasStarted)
        {
            Write(http.Response.Headers, failure, trailers);
        }
        else if (flavor == GrpcFlavor.Grpc)
        {
            Write(http.Features.GetRequiredFeature<IHttpResponseTrailersFeature>().Trailers, failure, trailers);
        }
        else
        {
            var ending = new HeaderDictionary();
            Write(ending, failure, trailers);
            WriteFrame(output, ending);
            await output.FlushAsync();
        }
    }

    private static void Write(IHeaderDictionary headers, CallFailure? failure, Metadata? trailers)
    {
        try
        {
            if (trailers is not null)
                ResponseMetadata.CopyTo(trailers, headers);
            if (failure?.Trailers is { } more)
                ResponseMetadata.CopyTo(more, headers);
        }
        catch (RpcException exception)
        {
            failure = CallFailure.From(exception.Status);
        }

        if (failure is null)
        {
            headers[WireNames.Status] = "0";
            return;
        }

        headers[WireNames.Status] = ((int)failure.Status.StatusCode).ToString(System.Globalization.CultureInfo.InvariantCulture);
        if (failure.Message.Length > 0)
            headers[WireNames.Message] = StatusMessage.Encode(StatusDetails.Shorten(failure.Message));
        if (StatusDetails.Of(failure) is { } details)
            headers[WireNames.StatusDetails] = Convert.ToBase64String(details).TrimEnd('=');
    }

    private static void WriteFrame(PipeWriter output, HeaderDictionary ending)
    {
        var text = new StringBuilder();
        foreach (var (name, values) in ending)
        {
            foreach (var value in values)
                text.Append(name.ToLowerInvariant()).Append(": ").Append(value).Append("\r\n");
        }

        var bytes = Encoding.ASCII.GetBytes(text.ToString());
        var frame = output.GetSpan(FrameHeader.Size + bytes.Length);
        new FrameHeader(IsCompressed: false, bytes.Length).Write(frame);
        frame[0] = TrailerFrame;
        bytes.CopyTo(frame[FrameHeader.Size..]);
        output.Advance(FrameHeader.Size + bytes.Length);
    }
}
