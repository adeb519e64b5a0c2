namespace Koda.Worker.Audit.Code;

/// <summary>Takes from an expression what does not change where its value comes from.</summary>
internal static class Wrapping
{
    /// <summary>
    /// The expression itself: without brackets around it, words before it such as <c>await</c>, and types that it is taken for.
    /// </summary>
    public static Span Without(SourceCode code, Span span)
    {
        while (!span.IsEmpty)
        {
            if (code.Tokens[span.From] is { Kind: TokenKind.Name, Text: "await" or "yield" or "return" or "new" or "async" or "void" }
                && span.To - span.From > 1)
                span = span with { From = span.From + 1 };
            else if (code.Is(span.From, "(") && code.Match(span.From) == span.To - 1)
                span = new Span(span.From + 1, span.To - 1);
            // []byte(text)
            else if (code.Language == Language.Go
                && code.Is(span.From, "[")
                && code.Is(span.From + 1, "]")
                && code.Is(span.From + 3, "(")
                && code.Match(span.From + 3) == span.To - 1)
                span = new Span(span.From + 4, span.To - 1);
            else if (code.Tokens[span.From].Kind == TokenKind.Mark
                && code.Tokens[span.From].Text is "!" or "+" or "-" or "..." or "&" or "*" or "**")
                span = span with { From = span.From + 1 };
            else if (code.Is(span.To - 1, "!") || code.Is(span.To - 1, ";"))
                span = span with { To = span.To - 1 };
            else if (code.Language == Language.Js && code.Split(span, ";") is [_] && CastAt(code, span) is > 0 and var cast)
                span = span with { To = cast };
            else
                break;
        }
        return span;
    }

    private static int CastAt(SourceCode code, Span span)
    {
        for (var i = span.From + 1; i < span.To; i = code.Next(i))
        {
            if (code.IsName(i, "as") || code.IsName(i, "satisfies"))
                return i;
        }
        return -1;
    }
}
