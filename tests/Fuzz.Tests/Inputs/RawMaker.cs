using System.Text;

namespace Koda.Fuzz.Tests.Inputs;

/// <summary>Bytes that are almost HTTP.</summary>
internal sealed class RawMaker(Hostile hostile)
{
    private static readonly string[] s_lines =
    [
        "GET / HTTP/1.1",
        "GET /api/runtime/tasks HTTP/1.0",
        "GET  / HTTP/1.1",
        "GET / HTTP/9.9",
        "GET",
        "\0\0\0",
        "GET /%00 HTTP/1.1",
        "GET /a\0b HTTP/1.1",
        "GET * HTTP/1.1",
        "OPTIONS * HTTP/1.1",
        "CONNECT a:1 HTTP/1.1",
        "GET http://127.0.0.1/health HTTP/1.1",
        "GET http:// HTTP/1.1",
        "POST /api/runtime/tasks HTTP/1.1",
        "PUT /settings/a HTTP/1.1",
        "HEAD /health HTTP/1.1",
        "PRI * HTTP/2.0",
        "G\u00e9T / HTTP/1.1",
        "GET /../../etc/passwd HTTP/1.1",
        "GET /docs/../../ HTTP/1.1",
        "GET /openapi/..%2fkoda.json HTTP/1.1",
        "GET /health?\u00ff HTTP/1.1",
        "TRACE /health HTTP/1.1",
    ];

    private static readonly string[] s_headers =
    [
        "Host: a",
        "Host:",
        "Host: a\r\nHost: b",
        "Content-Length: -1",
        "Content-Length: 99999999999999999999",
        "Content-Length: 5\r\nContent-Length: 6",
        "Content-Length: 2\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked",
        "Transfer-Encoding: gzip, chunked",
        "Transfer-Encoding: nope",
        "Content-Type: application/json",
        "Content-Type: application/grpc",
        "Content-Type: \0",
        "X: a\0b",
        "X: \u00ff\u00fe",
        "X\u00e9: a",
        ": a",
        "no colon",
        " folded: a",
        "Expect: 100-continue",
        "Upgrade: h2c",
        "Connection: Upgrade\r\nUpgrade: websocket",
        "Authorization: Bearer \u0001",
        "Cookie: koda_session=\u00ff",
        "Accept: text/event-stream",
        "Last-Event-ID: 99999999999999999999",
        "grpc-timeout: 1n",
    ];

    private static readonly string[] s_bodies =
    [
        "",
        "{}",
        "FFFFFFFFFFFFFFFF\r\n{}",
        "2\r\n{}\r\n0\r\n\r\n",
        "-1\r\n",
        "2;a=b\r\n{}\r\n0\r\nX: a\0\r\n\r\n",
        "zz\r\n{}\r\n",
        "2\r\n{}",
        "7fffffff\r\n{}",
        "0\r\n",
        "\0\0\0\0\u0005hello",
        "2\n{}\n0\n\n",
    ];

    public byte[] Next() =>
        hostile.Random.Next(12) switch
        {
            0 => Http2(),
            1 => Encoding.UTF8.GetBytes(hostile.Text()),
            2 => Encoding.Latin1.GetBytes(
                $"GET /{new string('a', hostile.Pick([7_000, 9_000, 40_000]))} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"),
            3 => Encoding.Latin1.GetBytes(
                $"GET /health HTTP/1.1\r\nHost: a\r\n{string.Concat(Enumerable.Range(0, hostile.Pick([90, 150, 3_000])).Select(i => $"X{i}: {new string('b', 20)}\r\n"))}Connection: close\r\n\r\n"
            ),
            4 => Encoding.Latin1.GetBytes(
                $"GET /health HTTP/1.1\r\nHost: a\r\nX: {new string('c', hostile.Pick([20_000, 40_000, 100_000]))}\r\nConnection: close\r\n\r\n"
            ),
            _ => Encoding.Latin1.GetBytes(Request()),
        };

    private string Request()
    {
        var text = new StringBuilder(hostile.Pick(s_lines)).Append("\r\n").Append(hostile.Chance(0.8) ? "Host: a\r\n" : "");
        for (var count = hostile.Random.Next(4); count > 0; count--)
            text.Append(hostile.Pick(s_headers)).Append("\r\n");
        text.Append("Connection: close\r\n\r\n").Append(hostile.Pick(s_bodies));
        return hostile.Chance(0.1) ? text.ToString() + text : text.ToString();
    }

    private byte[] Http2()
    {
        var junk = new byte[hostile.Random.Next(0, 60)];
        hostile.Random.NextBytes(junk);
        byte[] settings = [0, 0, 0, 4, 0, 0, 0, 0, 0];
        // A HEADERS frame whose block is junk, and whatever comes then.
        byte[] headers = [0, 0, (byte)junk.Length, 1, 5, 0, 0, 0, 1];
        return
        [
            .. "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8,
            .. hostile.Chance(0.8) ? settings : [],
            .. hostile.Chance(0.5) ? headers : [],
            .. junk,
        ];
    }
}
