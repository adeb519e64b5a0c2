using System.Buffers.Binary;
using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Google.Protobuf.Reflection;
using Koda.Contract.Tests;

namespace Koda.Fuzz.Tests.Inputs;

/// <summary>Makes inputs out of the contract: each rpc by each of its faces.</summary>
internal sealed partial class InputMaker(Hostile hostile, Known known, FuzzTokens tokens)
{
    private static readonly MethodDescriptor[] s_quick = [.. Koda.Contract.Tests.Contract.Methods.Where(method => !IsSlow(method))];
    private static readonly MethodDescriptor[] s_slow = [.. Koda.Contract.Tests.Contract.Methods.Where(IsSlow)];
    private static readonly double[] s_hostilities = [0, 0.03, 0.03, 0.1, 0.3, 0.8];
    private static readonly string[] s_types =
    [
        "application/json", "application/json; charset=utf-16", "text/plain", "application/grpc", "application/grpc+json",
        "application/grpc-web+thrift", "*/*", "a", "",
    ];
    private static readonly string[] s_verbs =
        ["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND", "get", "X"];
    private static readonly string[] s_headers =
    [
        "last-event-id", "idempotency-key", "x-request-id", "user-agent", "accept", "content-encoding", "if-match", "cookie",
        "traceparent", "origin", "grpc-timeout", "grpc-encoding", "host", "range", "expect", "x-forwarded-for", "te", "a-bin",
    ];

    public FuzzInput Next() => hostile.Random.Next(100) switch
    {
        < 50 => Rest(),
        < 56 => BrokenBody(),
        < 80 => Grpc(HttpVersion.Version20, "application/grpc"),
        < 85 => Grpc(HttpVersion.Version11, hostile.Pick(["application/grpc-web+proto", "application/grpc-web-text"])),
        < 92 => BrokenFrames(),
        _ => new RawInput("raw", new RawMaker(hostile).Next()),
    };

    private MethodDescriptor Method() => hostile.Chance(0.02) ? hostile.Pick(s_slow) : hostile.Pick(s_quick);

    private HttpInput Rest()
    {
        var method = Method();
        var bindings = method.Bindings().ToArray();
        if (bindings.Length == 0)
            return Grpc(HttpVersion.Version20, "application/grpc");
        var hostility = hostile.Pick(s_hostilities);
        var (verb, template, hasBody) = hostile.Pick(bindings);
        var json = new JsonMaker(hostile, known, hostility);
        var inPath = new HashSet<string>();
        var path = Variable().Replace(template, match =>
        {
            inPath.Add(match.Groups[1].Value);
            return Escaped(method.InputType.FindFieldByName(match.Groups[1].Value) is { } field ? json.Text(field) : hostile.Text());
        });
        var query = new StringBuilder();
        foreach (var field in method.InputType.Fields.InDeclarationOrder())
        {
            if (!hasBody && !inPath.Contains(field.Name) && !field.IsMap && hostile.Chance(0.5))
                query.Append(query.Length == 0 ? '?' : '&').Append(field.Name).Append('=').Append(Escaped(json.Text(field)));
        }
        if (hostile.Chance(hostility / 4))
            query.Append(query.Length == 0 ? '?' : '&').Append(Escaped(hostile.Text()));

        var headers = Headers(hostility);
        byte[]? body = null;
        if (hasBody)
        {
            var name = method.Body();
            body = Encoding.UTF8.GetBytes(
                name == "*" ? json.Message(method.InputType, inPath)
                : method.InputType.FindFieldByName(name) is { FieldType: FieldType.Message } field
                    ? json.Message(field.MessageType, new HashSet<string>())
                : hostile.Json());
            headers.Add(("content-type", hostile.Chance(hostility / 10) ? hostile.Pick(s_types) : "application/json"));
        }
        if (method.IsServerStreaming)
            headers.Add(("accept", hostile.Pick(["text/event-stream", "application/x-ndjson", "*/*"])));
        var sent = hostile.Chance(hostility / 10) ? hostile.Pick(s_verbs) : verb.Method;
        return new HttpInput(
            $"rest {hostility:0.00}",
            method.FullName,
            hostile.Chance(0.3) ? HttpVersion.Version20 : HttpVersion.Version11,
            sent,
            Cut(path + query),
            headers,
            body);
    }

    private HttpInput BrokenBody()
    {
        var input = Rest();
        var body = input.Body ?? [];
        if (body.Length > 0)
        {
            for (var times = hostile.Random.Next(1, 4); times > 0 && body.Length > 0; times--)
                body = Mutated(body);
        }
        return input with { Kind = "rest bytes", Body = body.Length == 0 ? null : body };
    }

    private HttpInput Grpc(Version version, string contentType)
    {
        var method = Method();
        var hostility = hostile.Pick(s_hostilities);
        var wire = new WireMaker(hostile, known, hostility);
        var messages = method.IsClientStreaming ? hostile.Random.Next(1, 4) : 1;
        var body = Enumerable.Range(0, messages).SelectMany(_ => Frame(0, wire.Message(method.InputType, new HashSet<string>()))).ToArray();
        return Framed(
            $"{(version == HttpVersion.Version20 ? "grpc" : "grpc-web")} {hostility:0.00}", method, version, contentType, body, hostility);
    }

    private HttpInput BrokenFrames()
    {
        var method = Method();
        var message = new WireMaker(hostile, known, 0.1).Message(method.InputType, new HashSet<string>());
        byte[] body = hostile.Random.Next(10) switch
        {
            0 => [],
            1 => [0, 0],
            2 => Frame((byte)hostile.Random.Next(2, 256), message),
            3 => Frame(1, message),
            4 => Frame(1, Gzip(message)),
            5 => Frame(1, Gzip(new byte[5_000_000])),
            6 => [0, 0xFF, 0xFF, 0xFF, 0xFF, .. message],
            7 => Frame(0, message)[..^Math.Min(message.Length, 1)],
            8 => [.. Frame(0, message), .. Frame(0, message)],
            _ => Mutated(Frame(0, message)),
        };
        var web = hostile.Chance(0.3);
        var input = Framed(
            "frames",
            method,
            web ? HttpVersion.Version11 : HttpVersion.Version20,
            web ? "application/grpc-web" : "application/grpc",
            body,
            0.1);
        if (hostile.Chance(0.5))
            input = input with { Headers = [.. input.Headers, ("grpc-encoding", hostile.Pick(["gzip", "identity", "snappy", ""]))] };
        return hostile.Chance(0.1)
            ? input with
            {
                Target =
                    "/"
                    + hostile.Pick([
                        "koda.runtime.v1.TaskService/Nope",
                        "a.B/C",
                        "koda.runtime.v1.TaskService",
                        "grpc.health.v1.Health/Check",
                        "grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
                    ]),
            }
            : input;
    }

    private HttpInput Framed(string kind, MethodDescriptor method, Version version, string contentType, byte[] body, double hostility)
    {
        var headers = Headers(hostility);
        headers.Add(("content-type", contentType));
        headers.Add(("te", "trailers"));
        if (method.IsServerStreaming)
            headers.Add(("grpc-timeout", "300m"));
        if (contentType == "application/grpc-web-text")
            body = Encoding.ASCII.GetBytes(Convert.ToBase64String(body));
        return new HttpInput(kind, method.FullName, version, "POST", $"/{method.Service.FullName}/{method.Name}", headers, body);
    }

    private List<(string Name, string Value)> Headers(double hostility)
    {
        var headers = new List<(string, string)>();
        if (tokens.Next(hostile) is { } token)
            headers.Add(("authorization", $"Bearer {token}"));
        while (hostile.Chance(hostility / 2))
        {
            var name = hostile.Pick(s_headers);
            headers.Add((name, name == "idempotency-key" && hostile.Chance(0.5) ? "k" + hostile.Random.Next(20) : Header(hostile.Text())));
        }
        return headers;
    }

    // What no client can put into a header is tried on a bare connection.
    private static string Header(string text) =>
        string.Concat(text.Where(unit => unit is >= ' ' and not '\u007f')).Trim() is { Length: <= 4000 } value ? value : "a";

    private string Escaped(string text)
    {
        if (hostile.Chance(0.02))
            return hostile.Pick(["%00", "%ff", "%ed%a0%80", "%c0%80", "%", "%2", "%u0000", "a%2fb", "%25%30%30", "+"]);
        var valid = string.Concat(text.EnumerateRunes());
        return Uri.EscapeDataString(valid);
    }

    private static string Cut(string target) =>
        target.Length <= 6000 || target.LastIndexOf('%', 6000) is not (>= 5998 and var cut)
            ? target[..Math.Min(target.Length, 6000)]
            : target[..cut];

    private byte[] Mutated(byte[] bytes)
    {
        var at = hostile.Random.Next(bytes.Length);
        return hostile.Random.Next(5) switch
        {
            0 => bytes[..at],
            1 => [.. bytes[..at], (byte)hostile.Random.Next(256), .. bytes[(at + 1)..]],
            2 => [.. bytes[..at], .. hostile.Bytes(), .. bytes[at..]],
            3 => [.. bytes[..at], .. bytes[Math.Min(bytes.Length, at + hostile.Random.Next(1, 20))..]],
            _ => [.. bytes, .. bytes[at..]],
        };
    }

    private static byte[] Frame(byte flag, byte[] message)
    {
        var frame = new byte[5 + message.Length];
        frame[0] = flag;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), message.Length);
        message.CopyTo(frame, 5);
        return frame;
    }

    private static byte[] Gzip(byte[] plain)
    {
        using var bytes = new MemoryStream();
        using (var gzip = new GZipStream(bytes, CompressionLevel.Fastest))
            gzip.Write(plain);
        return bytes.ToArray();
    }

    /// <summary>
    /// Hashes a password, waits for workers, asks a provider, or wraps every key anew: each costs as much as a hundred others.
    /// </summary>
    private static bool IsSlow(MethodDescriptor method) =>
        method.Policy().RateBucket is not null
        || method.Name.Contains("Refresh", StringComparison.Ordinal)
        || method.Name.Contains("Verify", StringComparison.Ordinal)
        || method.Name is "RotateMasterKey" or "Bootstrap" or "SaveApiKey" or "SaveLocalEndpoint";

    [GeneratedRegex(@"\{(\w+)(?:=[^}]*)?\}")]
    private static partial Regex Variable();
}
