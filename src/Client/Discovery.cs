namespace Koda.Client;

/// <summary>Finds the server and the credential of this user.</summary>
internal static class Discovery
{
    public static KodaClientOptions Discover(string? dataDirectory, Func<string, string?> environment)
    {
        var data = new ServerFiles(dataDirectory ?? ServerFiles.DefaultDirectory(environment));
        var local = data.ReadUrl() ?? KodaClientOptions.DefaultUrl;
        var url = NonEmpty(environment("KODA_URL")) is { } given ? ParseUrl(given) : local;
        return new KodaClientOptions
        {
            Url = url,
            Token = NonEmpty(environment("KODA_TOKEN"))
                ?? data.Session.Read(url)
                ?? (SameServer(url, local) ? data.ReadOperatorToken() : null),
        };
    }

    public static Uri ParseUrl(string text)
    {
        var fault = Uri.TryCreate(text, UriKind.Absolute, out var url) ? Fault(url) : NoAddress(text);
        return fault is null ? url! : throw new FormatException(fault);
    }

    /// <summary>What keeps a client from calling a server there. Null: nothing.</summary>
    public static string? Fault(Uri url) =>
        !url.IsAbsoluteUri || (url.Scheme != Uri.UriSchemeHttp && url.Scheme != Uri.UriSchemeHttps)
            ? NoAddress(url.OriginalString)
        : url.PathAndQuery != "/" || url.UserInfo.Length > 0
            ? $"'{url.OriginalString}' is more than an address: gRPC is served at the root of one. "
                + $"Write it like {url.Scheme}://{url.Authority}."
        : null;

    private static string NoAddress(string text) => $"'{text}' is not an address of a server. Write it like http://127.0.0.1:8090.";

    public static bool SameServer(Uri a, Uri b) => a.Port == b.Port && a.Scheme == b.Scheme
        && (a.Host == b.Host || (a.IsLoopback && b.IsLoopback));

    private static string? NonEmpty(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();
}
