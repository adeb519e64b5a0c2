using System.Net;

namespace Koda.Worker.Tools;

/// <summary>Reads a page of the web. It counts as an action, not as reading: an address can carry data out.</summary>
/// <param name="client">Follows no redirects and refuses private addresses, see <see cref="OutgoingConnections"/>.</param>
internal sealed class FetchTool(HttpClient client) : Tool<FetchTool.Arguments>("fetch", Description, Schema, readOnly: false)
{
    internal sealed record Arguments(string Url);

    private const int MaxRedirects = 5;
    private const int MaxBytes = 2 * 1024 * 1024;
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(30);
    private static readonly string[] s_textTypes = ["json", "xml", "javascript", "yaml", "toml", "x-sh", "sql", "graphql"];

    private const string Description =
        "Reads a text page by HTTP GET and gives its content; HTML is turned into text. Local and private addresses are refused.";

    private const string Schema =
        """
        {
          "type": "object",
          "properties": {
            "url": {"type": "string", "minLength": 1, "description": "The address, http or https."}
          },
          "required": ["url"],
          "additionalProperties": false
        }
        """;

    protected override string Subject(Arguments arguments, ToolContext context) => arguments.Url;

    protected override IEnumerable<Demand> Demands(Arguments arguments, ToolContext context) =>
        [
            new Demand(Definition.Name, arguments.Url)
            {
                Always = GlobPattern.Exactly(Address(arguments.Url).GetLeftPart(UriPartial.Authority)) + "/*",
            },
        ];

    protected override async Task<ToolResult> Run(Arguments arguments, ToolContext context, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(s_timeout, context.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            return await Get(Address(arguments.Url), either.Token);
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested)
        {
            throw new ToolException($"{arguments.Url} did not answer within {s_timeout.TotalSeconds} seconds.");
        }
        catch (HttpRequestException error)
        {
            throw new ToolException($"{arguments.Url} cannot be read: {AddressRefusedException.Among(error)?.Message ?? error.Message}");
        }
    }

    private async Task<ToolResult> Get(Uri address, CancellationToken cancellationToken)
    {
        for (var redirects = 0; redirects <= MaxRedirects; redirects++)
        {
            using var response = await client.GetAsync(address, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            if ((int)response.StatusCode is >= 300 and < 400 && response.Headers.Location is { } location)
            {
                address = Address(new Uri(address, location).ToString());
                continue;
            }
            return await Read(address, response, cancellationToken);
        }
        throw new ToolException($"{address} redirects too often.");
    }

    private static async Task<ToolResult> Read(Uri address, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var type = response.Content.Headers.ContentType?.MediaType ?? "text/plain";
        if (!type.StartsWith("text/", StringComparison.Ordinal) && !s_textTypes.Any(text => type.Contains(text, StringComparison.Ordinal)))
            throw new ToolException($"{address} is not text but {type}.");
        var buffer = new byte[MaxBytes];
        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        var length = await body.ReadAtLeastAsync(buffer, MaxBytes, throwOnEndOfStream: false, cancellationToken);
        var text = System.Text.Encoding.UTF8.GetString(buffer, 0, length);
        if (type == "text/html")
            text = HtmlText.Of(text);
        var failed = response.StatusCode >= HttpStatusCode.BadRequest;
        return new ToolResult(failed ? $"The server answered {(int)response.StatusCode}.\n{text}" : text)
        {
            IsError = failed,
            Truncated = length == MaxBytes,
        };
    }

    private static Uri Address(string url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var address) && address is { Scheme: "http" or "https" }
            ? address
            : throw new ToolException($"'{url}' is not an http or https address.");
}
