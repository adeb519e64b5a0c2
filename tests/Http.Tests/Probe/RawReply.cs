using System.Buffers.Binary;
using System.Net;
using Google.Rpc;

namespace Koda.Http.Tests.Probe;

/// <summary>A reply byte for byte: what came as headers, as frames, and as trailers.</summary>
internal sealed record RawReply(
    HttpStatusCode HttpStatus,
    Dictionary<string, string> Headers,
    IReadOnlyList<(byte Flag, byte[] Payload)> Frames,
    Dictionary<string, string> Trailers)
{
    private const int HeaderSize = 5;

    public bool IsTrailersOnly => Headers.ContainsKey("grpc-status");

    public int GrpcStatus => int.Parse(Ending["grpc-status"], System.Globalization.CultureInfo.InvariantCulture);

    public string? GrpcMessage => Ending.TryGetValue("grpc-message", out var encoded) ? Uri.UnescapeDataString(encoded) : null;

    public Status Details => Status.Parser.ParseFrom(FromBase64(Ending["grpc-status-details-bin"]));

    public IEnumerable<string> Texts => Frames.Select(frame => ProbeReply.Parser.ParseFrom(frame.Payload).Text);

    private Dictionary<string, string> Ending => IsTrailersOnly ? Headers : Trailers;

    public static async Task<RawReply> Read(HttpResponseMessage response)
    {
        var body = await response.Content.ReadAsByteArrayAsync();
        var headers = response.Headers.Concat(response.Content.Headers);
        var isGrpc = response.Content.Headers.ContentType?.MediaType == "application/grpc";
        return new RawReply(response.StatusCode, Flatten(headers), isGrpc ? Split(body) : [], Flatten(response.TrailingHeaders));
    }

    public static byte[] FromBase64(string text) => Convert.FromBase64String(text.PadRight((text.Length + 3) / 4 * 4, '='));

    public static List<(byte Flag, byte[] Payload)> Split(byte[] body)
    {
        var frames = new List<(byte, byte[])>();
        for (var at = 0; at + HeaderSize <= body.Length;)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(body.AsSpan(at + 1));
            frames.Add((body[at], body[(at + HeaderSize)..(at + HeaderSize + length)]));
            at += HeaderSize + length;
        }

        return frames;
    }

    private static Dictionary<string, string> Flatten(IEnumerable<KeyValuePair<string, IEnumerable<string>>> headers) =>
        headers.ToDictionary(header => header.Key.ToLowerInvariant(), header => string.Join(",", header.Value));
}
