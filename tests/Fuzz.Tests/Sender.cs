using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using Koda.Fuzz.Tests.Inputs;

namespace Koda.Fuzz.Tests;

/// <summary>Sends inputs and reads what comes back, of feeds the beginning.</summary>
internal sealed partial class Sender(Uri server) : IDisposable
{
    private const int MostOfABody = 4 * 1024 * 1024;
    private static readonly TimeSpan s_feed = TimeSpan.FromMilliseconds(150);

    private readonly HttpClient _http = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        RequestHeaderEncodingSelector = (_, _) => Encoding.UTF8,
        ResponseHeaderEncodingSelector = (_, _) => Encoding.UTF8,
        EnableMultipleHttp2Connections = true,
    })
    { Timeout = Timeout.InfiniteTimeSpan };

    /// <exception cref="OperationCanceledException">There was no answer in time.</exception>
    public Task<Answer> Send(FuzzInput input, CancellationToken patience) =>
        input is HttpInput http ? Send(http, patience) : Send((RawInput)input, patience);

    public void Dispose() => _http.Dispose();

    private async Task<Answer> Send(HttpInput input, CancellationToken patience)
    {
        using var request = new HttpRequestMessage(
            new HttpMethod(input.Method),
            new Uri(
                server.GetLeftPart(UriPartial.Authority) + input.Target,
                new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }))
        {
            Version = input.Version,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = input.Body is null ? null : new ByteArrayContent(input.Body),
        };
        foreach (var (name, value) in input.Headers)
        {
            if (name != "content-type")
                request.Headers.TryAddWithoutValidation(name, value);
            else
                request.Content?.Headers.TryAddWithoutValidation(name, value);
        }

        try
        {
            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, patience);
            return await Read(response, patience);
        }
        catch (HttpRequestException failure) when (failure.HttpRequestError is not HttpRequestError.ConnectionError)
        {
            return new Answer(0, null, failure.Message, "", "", HasReason: false);
        }
    }

    private static async Task<Answer> Read(HttpResponseMessage response, CancellationToken patience)
    {
        var type = response.Content.Headers.ContentType?.MediaType ?? "";
        var isFeed = type is "text/event-stream" or "application/x-ndjson";
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(patience);
        if (isFeed)
            limit.CancelAfter(s_feed);
        var body = new MemoryStream();
        try
        {
            await using var stream = await response.Content.ReadAsStreamAsync(limit.Token);
            var buffer = new byte[16 * 1024];
            while (body.Length < MostOfABody && await stream.ReadAsync(buffer, limit.Token) is var read and > 0)
                body.Write(buffer, 0, read);
        }
        catch (OperationCanceledException) when (isFeed && !patience.IsCancellationRequested)
        {
            // The beginning is enough of a feed that does not end.
        }
        catch (HttpRequestException)
        {
            // A reply that breaks off is judged by what there is of it.
        }
        catch (IOException)
        {
            // As above.
        }

        var text = Encoding.UTF8.GetString(body.GetBuffer(), 0, (int)body.Length);
        if (type.StartsWith("application/grpc-web-text", StringComparison.Ordinal))
            text = Plain(text);
        var status = Header(response, "grpc-status") ?? (WebStatus().Match(text) is { Success: true } web ? web.Groups[1].Value : null);
        var hasReason =
            Header(response, "grpc-status-details-bin") is not null || text.Contains("grpc-status-details-bin", StringComparison.Ordinal);
        return new Answer(
            (int)response.StatusCode,
            status is null ? null : int.Parse(status, CultureInfo.InvariantCulture),
            Header(response, "grpc-message") ?? "",
            type,
            text,
            hasReason,
            response.Headers.Contains("x-request-id"),
            IsWhole: body.Length < MostOfABody);
    }

    private static string Plain(string base64)
    {
        try
        {
            return string.Concat(base64.Split('=', StringSplitOptions.RemoveEmptyEntries)
                .Select(run => Encoding.Latin1.GetString(Convert.FromBase64String(run.PadRight((run.Length + 3) / 4 * 4, '=')))));
        }
        catch (FormatException)
        {
            return base64;
        }
    }

    private static string? Header(HttpResponseMessage response, string name) =>
        response.TrailingHeaders.TryGetValues(name, out var trailers) ? trailers.First()
        : response.Headers.TryGetValues(name, out var headers) ? headers.First()
        : null;

    private async Task<Answer> Send(RawInput input, CancellationToken patience)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(server.Host, server.Port, patience);
        var stream = socket.GetStream();
        var body = new MemoryStream();
        try
        {
            await stream.WriteAsync(input.Bytes, patience);
            socket.Client.Shutdown(SocketShutdown.Send);
            var buffer = new byte[16 * 1024];
            while (body.Length < MostOfABody && await stream.ReadAsync(buffer, patience) is var read and > 0)
                body.Write(buffer, 0, read);
        }
        catch (IOException)
        {
            // The server may end a connection that makes no sense.
        }

        var text = Encoding.Latin1.GetString(body.GetBuffer(), 0, (int)body.Length);
        var worst = StatusLine()
            .Matches(text)
            .Select(match => int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture))
            .DefaultIfEmpty(0)
            .Max();
        return new Answer(worst, null, "", "", text, HasReason: false);
    }

    [GeneratedRegex(@"grpc-status: (\d+)")]
    private static partial Regex WebStatus();

    [GeneratedRegex(@"^HTTP/1\.[01] (\d{3})", RegexOptions.Multiline)]
    private static partial Regex StatusLine();
}
