using System.Text.Json;

namespace Koda.Fuzz.Tests;

/// <summary>What came back.</summary>
/// <param name="Status">The HTTP status; 0: the connection ended without one.</param>
/// <param name="Grpc">The gRPC status; null: none.</param>
/// <param name="Message">The gRPC message.</param>
/// <param name="ContentType">The media type of the body.</param>
/// <param name="Body">The beginning of the body.</param>
/// <param name="HasReason">Whether the gRPC status has details, as everything has that the server says on purpose.</param>
/// <param name="IsServed">Whether the request came as far as to be named.</param>
/// <param name="IsWhole">Whether it was read to its end.</param>
internal sealed record Answer(
    int Status, int? Grpc, string Message, string ContentType, string Body, bool HasReason, bool IsServed = true, bool IsWhole = true)
{
    /// <summary>What the body of an error says of its kind; empty: it is no body of the surface.</summary>
    public string Code { get; } = ContentType == "application/json" ? CodeOf(Body) : "";

    public string Label =>
        Grpc is { } code ? $"grpc {code}"
        : Status == 0 ? "closed"
        : Status >= 500 ? $"{Status} {Code}".TrimEnd()
        : $"{Status}";

    private static string CodeOf(string json)
    {
        try
        {
            using var body = JsonDocument.Parse(json);
            return body.RootElement.ValueKind == JsonValueKind.Object && body.RootElement.TryGetProperty("code", out var code)
                ? code.GetString() ?? ""
                : "";
        }
        catch (JsonException)
        {
            return "";
        }
    }
}
