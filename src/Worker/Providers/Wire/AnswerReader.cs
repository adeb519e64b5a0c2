using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Koda.Worker.Providers.Wire;

/// <summary>Reads a streamed answer, whatever the provider's framing, and insists on its end.</summary>
internal static class AnswerReader
{
    /// <summary>Reads server-sent events, each with a JSON object; <c>[DONE]</c> ends them.</summary>
    public static IAsyncEnumerable<ModelEvent> ReadEventsAsync(Stream body, IStreamedAnswer answer, CancellationToken ct) =>
        ReadAsync(EventDataAsync(body, ct), answer, ct);

    /// <summary>Reads lines, each with a JSON object.</summary>
    public static IAsyncEnumerable<ModelEvent> ReadLinesAsync(Stream body, IStreamedAnswer answer, CancellationToken ct) =>
        ReadAsync(LinesAsync(body, ct), answer, ct);

    private static async IAsyncEnumerable<ModelEvent> ReadAsync(
        IAsyncEnumerable<string> chunks, IStreamedAnswer answer, [EnumeratorCancellation] CancellationToken ct)
    {
        var pieces = new List<ModelEvent>();
        await foreach (var chunk in chunks.WithCancellation(ct))
        {
            Accept(answer, chunk, pieces);
            foreach (var piece in pieces)
                yield return piece;
            pieces.Clear();
        }

        if (!answer.IsWhole)
            throw ProviderFailure.Cut();
        yield return answer.Finish();
    }

    private static void Accept(IStreamedAnswer answer, string chunk, List<ModelEvent> pieces)
    {
        try
        {
            using var document = JsonDocument.Parse(chunk);
            answer.Accept(document.RootElement, pieces);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw ProviderFailure.Malformed(error.Message, error);
        }
    }

    private static async IAsyncEnumerable<string> EventDataAsync(Stream body, [EnumeratorCancellation] CancellationToken ct)
    {
        await foreach (var item in SseParser.Create(body).EnumerateAsync(ct))
        {
            if (item.Data == "[DONE]")
                yield break;
            if (item.Data.Length > 0)
                yield return item.Data;
        }
    }

    private static async IAsyncEnumerable<string> LinesAsync(Stream body, [EnumeratorCancellation] CancellationToken ct)
    {
        using var reader = new StreamReader(body, leaveOpen: true);
        while (await reader.ReadLineAsync(ct) is { } line)
        {
            if (line.Length > 0)
                yield return line;
        }
    }
}
