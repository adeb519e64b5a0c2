using System.Collections.Frozen;
using System.Text.RegularExpressions;
using Koda.Fuzz.Tests.Inputs;
using Koda.Server.Http;
using Koda.Protos.Common.V1;

namespace Koda.Fuzz.Tests;

/// <summary>Says what must never come back.</summary>
/// <param name="secrets">Texts that no answer may hold: paths of the server, and its keys.</param>
internal sealed partial class Oracle(IReadOnlyCollection<string> secrets)
{
    private const int Unknown = 2;
    private const int Internal = 13;
    private const int DataLoss = 15;

    // What the contract says may be answered with a status of 500 and more, such as 503 runtime.unavailable.
    private static readonly FrozenSet<(int, string)> s_documented = Enum.GetValues<ErrorReason>()
        .Where(reason => reason is not (ErrorReason.Unspecified or ErrorReason.Internal))
        .Select(ErrorCatalogue.Describe)
        .Where(description => description.HttpStatus >= 500)
        .Select(description => (description.HttpStatus, description.Code))
        .ToFrozenSet();

    /// <summary>What is wrong with an answer. Null: nothing.</summary>
    public string? Judge(FuzzInput input, Answer answer)
    {
        if (secrets.FirstOrDefault(secret =>
                answer.Body.Contains(secret, StringComparison.Ordinal) || answer.Message.Contains(secret, StringComparison.Ordinal)) is
            { } shown)
            return $"shows {shown}";
        if (Inside().Match(answer.Body) is { Success: true } inside || (inside = Inside().Match(answer.Message)).Success)
            return $"shows the inside: {inside.Value}";
        if (input is RawInput)
            return answer.Status >= 500 && answer.Status is not (501 or 505) ? $"status {answer.Status}" : null;
        var http = (HttpInput)input;
        if (answer.Grpc is Unknown or DataLoss || (answer.Grpc == Internal && answer.HasReason))
            return $"gRPC status {answer.Grpc}: {answer.Message}";
        // A deadline that passes in the midst of a reply ends it by a reset: who gave it does not wait for the status.
        if (AsksForGrpc(http, answer)
            && http.Headers.All(header => header.Name != "grpc-timeout")
            && answer is { Status: 200, Grpc: null, IsWhole: true })
            return "a gRPC answer without a status";
        return answer.Status switch
        {
            0 => null,
            >= 500 when !s_documented.Contains((answer.Status, answer.Code)) => $"status {answer.Status}",
            // What is no HTTP to Kestrel it answers itself, with nothing.
            400 or 414 or 431 when answer is { Body: "", IsServed: false } => null,
            >= 400 when http.Method != "HEAD" && answer.Grpc is null && answer.Code.Length == 0 =>
                $"status {answer.Status} without the body of the surface",
            _ => answer.Body.Contains("event: error", StringComparison.Ordinal)
            && answer.Body.Contains("\"internal\"", StringComparison.Ordinal)
                ? "a feed that ended by an internal error"
                : null,
        };
    }

    // REST looks at the type of a body only where there is one.
    private static bool AsksForGrpc(HttpInput input, Answer answer) =>
        input.IsGrpc
        && (
            input.Target.StartsWith("/koda.", StringComparison.Ordinal)
            || answer.ContentType.StartsWith("application/grpc", StringComparison.Ordinal));

    [GeneratedRegex(
        @"\n   at [A-Z]\w+\.|\bSystem\.[A-Z]\w+Exception|\bNpgsql\b|\bPostgresException|\b(?:22|23|42)[0-9A-Z]{3}: |\.cs:line|Koda\.(?:Server|Rpc)\.|\bselect .* from ",
        RegexOptions.IgnoreCase)]
    private static partial Regex Inside();
}
