using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Koda.Worker.Providers.Wire;

/// <summary>Reads a streamed answer, whatever the provider's framing, and insists on its end.</summary>
internal static class AnswerReader
{
    /// <summary>
    /// Reads server-sent events, each with a JSON object; <c>[DONE]</c> ends them. A server may send one JSON object, or a web page, in
    /// their place.
    /// </summary>
    public static async IAsyncEnumerable<ModelEvent> ReadEvents(
        Stream body, IStreamedAnswer answer, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (begin, whole) = await PeekedStream.Open(body, cancellationToken);
        var isStream = begin is not ('{' or '[' or '<');
        await foreach (
            var piece in Read(
                isStream ? EventData(whole, cancellationToken) : Joined(whole, cancellationToken), isStream, answer, cancellationToken))
            yield return piece;
    }

    /// <summary>Reads lines, each with a JSON object.</summary>
    public static async IAsyncEnumerable<ModelEvent> ReadLines(
        Stream body, IStreamedAnswer answer, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (begin, whole) = await PeekedStream.Open(body, cancellationToken);
        await foreach (
            var piece in Read(
                begin is '<' ? Joined(whole, cancellationToken) : Lines(whole, cancellationToken),
                isStream: begin is not '<',
                answer,
                cancellationToken))
            yield return piece;
    }

    private static async IAsyncEnumerable<ModelEvent> Read(
        IAsyncEnumerable<string> chunks,
        bool isStream,
        IStreamedAnswer answer,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var pieces = new List<ModelEvent>();
        var last = "";
        await foreach (var chunk in chunks.WithCancellation(cancellationToken))
        {
            last = chunk;
            Accept(answer, chunk, pieces);
            foreach (var piece in pieces)
                yield return piece;
            pieces.Clear();
        }

        if (!answer.IsWhole)
            throw isStream ? ProviderFailure.Cut() : ProviderFailure.Malformed(ProviderFailure.WordsOf(last), retryable: false);
        yield return answer.Finish();
    }

    private static void Accept(IStreamedAnswer answer, string chunk, List<ModelEvent> pieces)
    {
        try
        {
            using var document = JsonDocument.Parse(chunk);
            answer.Accept(document.RootElement, pieces);
        }
        catch (JsonException error)
        {
            // What is no JSON is the provider's own words, or those of something before it. A web page is what another address than the
            // API's gives.
            throw ProviderFailure.Malformed(ProviderFailure.WordsOf(chunk), error, retryable: !chunk.AsSpan().TrimStart().StartsWith("<"));
        }
        catch (Exception error) when (error is InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw ProviderFailure.Malformed(error.Message, error);
        }
    }

    private static async IAsyncEnumerable<string> EventData(Stream body, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var item in SseParser.Create(body).EnumerateAsync(cancellationToken))
        {
            var data = item.Data.AsSpan().Trim();
            if (data is "[DONE]")
                yield break;
            if (item.EventType == "error")
                throw ProviderFailure.FromEvent(item.Data);
            if (data.Length > 0)
                yield return item.Data;
        }
    }

    private static async IAsyncEnumerable<string> Lines(Stream body, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(body, leaveOpen: true);
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
        {
            if (!string.IsNullOrWhiteSpace(line))
                yield return line;
        }
    }

    // One object over several lines, or several objects of a line each.
    private static async IAsyncEnumerable<string> Joined(Stream body, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var all = new List<string>();
        var length = 0L;
        await foreach (var line in Lines(body, cancellationToken))
        {
            if ((length += line.Length) > AnswerStream.LongestLine)
                throw ProviderFailure.Malformed("more than 16 MiB in place of a stream.");
            all.Add(line);
        }
        if (all.Count > 1 && all.TrueForAll(IsObject))
        {
            foreach (var line in all)
                yield return line;
        }
        else
        {
            yield return string.Join('\n', all);
        }
    }

    private static bool IsObject(string line) => line.TrimStart().StartsWith('{') && line.TrimEnd().EndsWith('}');
}
