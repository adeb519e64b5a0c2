using System.Globalization;
using System.Net;
using System.Text;

namespace Koda.Fuzz.Tests.Inputs;

/// <summary>One thing to send.</summary>
/// <param name="Kind">What is hostile about it.</param>
/// <param name="Rpc">The rpc that it is meant for; empty: none.</param>
internal abstract record FuzzInput(string Kind, string Rpc)
{
    /// <summary>How to send it again.</summary>
    public abstract string Describe();
}

/// <summary>A request that an HTTP client can send.</summary>
internal sealed record HttpInput(
    string Kind,
    string Rpc,
    Version Version,
    string Method,
    string Target,
    IReadOnlyList<(string Name, string Value)> Headers,
    byte[]? Body) : FuzzInput(Kind, Rpc)
{
    public bool IsGrpc =>
        Headers.Any(header =>
            header.Name == "content-type" && header.Value.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase));

    public override string Describe()
    {
        var line = new StringBuilder();
        if (Body is { Length: > 0 })
            line.Append(CultureInfo.InvariantCulture, $"base64 -d <<<'{Convert.ToBase64String(Body)}' | ");
        line.Append(
            CultureInfo.InvariantCulture,
            $"curl -sS -i --path-as-is {(Version == HttpVersion.Version20 ? "--http2-prior-knowledge " : "")}-X '{Method}' \"$KODA{Target}\""
        );
        foreach (var (name, value) in Headers)
            line.Append(
                CultureInfo.InvariantCulture,
                $" -H {Quoted(name == "authorization" ? "authorization: Bearer $TOKEN" : $"{name}: {value}")}");
        return Body is { Length: > 0 } ? line.Append(" --data-binary @-").ToString() : line.ToString();
    }

    private static string Quoted(string text) =>
        text.Contains("$TOKEN", StringComparison.Ordinal) ? $"\"{text}\"" : $"$'{text.Replace("\\", "\\\\").Replace("'", "\\'")}'";
}

/// <summary>Bytes for a bare connection.</summary>
internal sealed record RawInput(string Kind, byte[] Bytes) : FuzzInput(Kind, "")
{
    public override string Describe() => $"base64 -d <<<'{Convert.ToBase64String(Bytes)}' | nc 127.0.0.1 $PORT";
}
