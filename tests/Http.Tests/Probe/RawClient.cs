using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Headers;
using Google.Protobuf;

namespace Koda.Http.Tests.Probe;

/// <summary>Speaks gRPC by hand, so that a test decides each byte.</summary>
internal sealed class RawClient(Uri address) : IDisposable
{
    private const string Service = "/testing.probe.v1.ProbeService/";

    private readonly HttpClient _http = new() { BaseAddress = address, Timeout = TimeSpan.FromMinutes(1) };

    public static byte[] Frame(string text, byte flag = 0) => Frame(new ProbeRequest { Text = text }.ToByteArray(), flag);

    public static byte[] Frame(byte[] payload, byte flag = 0)
    {
        var header = new byte[5];
        header[0] = flag;
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(1), payload.Length);
        return [.. header, .. payload];
    }

    public static HttpRequestMessage Request(string method, byte[] body, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, method.StartsWith('/') ? method : Service + method)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/grpc") } },
        };
        request.Headers.TE.ParseAdd("trailers");
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        return request;
    }

    public Task<RawReply> Call(string method, string text, params (string Name, string Value)[] headers) =>
        Send(Request(method, Frame(text), headers));

    public async Task<RawReply> Send(HttpRequestMessage request)
    {
        using (request)
        {
            using var response = await _http.SendAsync(request);
            return await RawReply.Read(response);
        }
    }

    public Task<HttpResponseMessage> Open(HttpRequestMessage request, CancellationToken cancellationToken) =>
        _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);

    public void Dispose() => _http.Dispose();
}
