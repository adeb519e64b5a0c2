using System.Text.Json;
using System.Text.RegularExpressions;

namespace Koda.Providers;

/// <summary>What a provider's refusal means, read from its status and its error object.</summary>
/// <param name="Code">One of <see cref="ProviderErrorCode"/>.</param>
/// <param name="Message">What the provider said, shortened.</param>
/// <param name="Retryable">Whether the same request may succeed later.</param>
internal sealed partial record ProviderRefusal(string Code, string Message, bool Retryable)
{
    private const int LongestMessage = 500;
    private const int LongestPage = 16 * 1024;

    /// <summary>How long the provider asks to wait, as its error object says. Null: it does not.</summary>
    public TimeSpan? Wait { get; init; }

    /// <summary>The part of the request that the provider names as the cause. Empty: none.</summary>
    public string Parameter { get; init; } = "";

    /// <summary>The limit that was met is of the key, so every model of the connection meets it.</summary>
    public bool ConcernsKey => Code == ProviderErrorCode.RateLimited && RefusalWords.OfKeyLimit(Message);

    /// <summary>A refusal told by a status, before any answer.</summary>
    /// <param name="status">The status.</param>
    /// <param name="body">The error object, or whatever was sent.</param>
    /// <param name="namesWait">Whether the headers say how long to wait, as only a limit does that is over some time.</param>
    public static ProviderRefusal FromStatus(int status, string body, bool namesWait = false) =>
        Of(status, Describe(body), $"The provider answered {status}: ", namesWait);

    /// <summary>A refusal told inside of an answer, by an error object of the provider.</summary>
    public static ProviderRefusal FromStream(JsonElement error)
    {
        var described = Describe(error);
        return Of(RefusalWords.StatusOf(described.Type, described.Number, described.Message), described, "The provider broke off: ");
    }

    /// <summary>A refusal told inside of an answer by a text that is no JSON.</summary>
    public static ProviderRefusal FromText(string text)
    {
        var described = Describe(text);
        return Of(RefusalWords.StatusOf(described.Type, described.Number, described.Message), described, "The provider broke off: ");
    }

    /// <summary>The refusal that a piece of an answer tells of, as the many compatible servers spell it. Null: it tells of none.</summary>
    public static ProviderRefusal? Told(JsonElement piece)
    {
        // Google puts its errors into a list.
        if (piece.ValueKind == JsonValueKind.Array && piece.GetArrayLength() > 0)
            return Told(piece[0]);
        if (piece.ValueKind != JsonValueKind.Object)
            return null;
        if (Says(piece, "error"))
            return FromStream(piece);
        // MiniMax: {"base_resp":{"status_code":1008,"status_msg":"…"}}, with code 0 in what went well.
        if (Member(piece, "base_resp") is { } told
            && Member(told, "status_code") is { ValueKind: JsonValueKind.Number } code
            && code.GetRawText() != "0")
            return FromStream(told);
        if (Text(piece, "object") == "error" || Text(piece, "type") == "error" || (Member(piece, "choices") is null && TellsOnly(piece)))
            return FromStream(piece);
        return null;
    }

    private static ProviderRefusal Of(int status, Description said, string before, bool namesWait = false)
    {
        var (code, retryable) = RefusalWords.Classify(status, said.Type, said.Message, namesWait || said.Wait is not null);
        return new ProviderRefusal(code, before + Shorten(said.Message), retryable) { Wait = said.Wait, Parameter = said.Parameter };
    }

    private static bool Says(JsonElement json, string name) => Member(json, name) switch
    {
        { ValueKind: JsonValueKind.String } text => text.GetString()!.Length > 0,
        { ValueKind: JsonValueKind.Object } error => error.EnumerateObject().Any(),
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.Number } number => number.GetRawText() != "0",
        _ => false,
    };

    // {"code":"…","message":"…"} and {"detail":"…"} stand in place of what an answer is made of.
    private static bool TellsOnly(JsonElement piece) =>
        Text(piece, "detail").Length > 0 || Member(piece, "detail")?.ValueKind is JsonValueKind.Array or JsonValueKind.Object
        || (Text(piece, "message") + Text(piece, "msg") + Text(piece, "error_msg")).Length > 0;

    private static Description Describe(string body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            return Describe(document.RootElement);
        }
        catch (JsonException)
        {
            var words = Words(body);
            return new Description("", null, words.Length == 0 ? "(no body)" : words, "", RetryAfter.InText(words));
        }
    }

    // Seen: {"error":{"type","code","message"}}, {"type":"error","error":{…}}, [{"error":{…}}], {"error":"text"}, {"message":"text"},
    // {"detail":"text"}, "text".
    private static Description Describe(JsonElement json)
    {
        if (json.ValueKind == JsonValueKind.Array && json.GetArrayLength() > 0)
            return Describe(json[0]);
        var described =
            json.ValueKind == JsonValueKind.Object
            && Member(json, "error") is { ValueKind: JsonValueKind.Object or JsonValueKind.String } error
                ? Describe(error)
                : DescribeObject(json);
        return described with { Wait = described.Wait ?? RetryAfter.InBody(json) };
    }

    private static Description DescribeObject(JsonElement json)
    {
        if (json.ValueKind == JsonValueKind.String)
            return new Description("", null, json.GetString()!, "", RetryAfter.InText(json.GetString()!));
        if (json.ValueKind != JsonValueKind.Object)
            return new Description("", null, json.GetRawText(), "", null);
        var message = (string[])["message", "status_msg", "msg", "error_msg", "detail", "error_message"];
        var said = message.Select(name => Text(json, name)).FirstOrDefault(text => text.Length > 0) ?? json.GetRawText();
        // Routers put what the provider behind them said beside their own words.
        if (Member(json, "metadata") is { } more
            && Text(more, "raw") is { Length: > 0 } raw
            && !said.Contains(raw, StringComparison.Ordinal))
            said = $"{said} ({raw})";
        var code = Member(json, "code") ?? Member(json, "status_code") ?? Member(json, "status");
        int? number = code is { ValueKind: JsonValueKind.Number } && code.Value.TryGetInt32(out var given) ? given : null;
        var type = new[] { Text(json, "code"), Text(json, "type"), Text(json, "status") }.FirstOrDefault(text =>
            text is not ("" or "error"))
            ?? "";
        return new Description(type, number, said, Text(json, "param"), RetryAfter.InText(said));
    }

    /// <summary>A text that is no error object, shortened; of a web page only its text is worth showing.</summary>
    public static string WordsOf(string body) => Shorten(Words(body));

    private static string Words(string body)
    {
        var text = body.Trim();
        if (!text.StartsWith('<'))
            return text;
        text = Hidden().Replace(text.Length > LongestPage ? text[..LongestPage] : text, " ");
        return $"a web page: {Spaces().Replace(System.Net.WebUtility.HtmlDecode(Tag().Replace(text, " ")), " ").Trim()}";
    }

    private static JsonElement? Member(JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null
            ? value
            : null;

    private static string Text(JsonElement json, string name) =>
        Member(json, name) is { ValueKind: JsonValueKind.String } value ? value.GetString()! : "";

    private static string Shorten(string text) => text.Length <= LongestMessage ? text : string.Concat(text.AsSpan(0, LongestMessage), "…");

    [GeneratedRegex("<(script|style)[^>]*>.*?</\\1>|<!--.*?-->", RegexOptions.IgnoreCase | RegexOptions.Singleline)]
    private static partial Regex Hidden();

    [GeneratedRegex("<[^>]*>?")]
    private static partial Regex Tag();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();

    /// <summary>What an error object says.</summary>
    private sealed record Description(string Type, int? Number, string Message, string Parameter, TimeSpan? Wait);
}
