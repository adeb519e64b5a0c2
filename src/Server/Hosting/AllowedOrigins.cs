namespace Koda.Server.Hosting;

/// <summary>Web origins whose pages may call. They bring a token of their own: the browser sends no cookie of this site along.</summary>
internal static class AllowedOrigins
{
    /// <summary>Reads origins such as <c>https://app.example</c>.</summary>
    /// <exception cref="FormatException">One is none.</exception>
    public static IReadOnlyList<string> Parse(IEnumerable<string> texts) =>
        [
            .. texts.Select(text =>
                Uri.TryCreate(text, UriKind.Absolute, out var origin)
                && origin.Scheme is "http" or "https"
                && origin.GetLeftPart(UriPartial.Authority) == text.TrimEnd('/')
                    ? text.TrimEnd('/')
                    : throw new FormatException($"KODA_ALLOWED_ORIGINS: {text} is no origin, such as https://app.example")
            ),
        ];
}
