using System.Diagnostics;
using System.Net;
using System.Text.RegularExpressions;
using Koda.Testing.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Koda.Contract.Tests.Code;

/// <summary>What a page in a real browser can do to the sessions of the machine that it is shown on.</summary>
public sealed partial class BrowserTests(KodaFixture koda) : IClassFixture<KodaFixture>, IAsyncLifetime
{
    // Every way in which a page can send something: by fetch with and without a preflight, by XMLHttpRequest, by a form, by an image, by a
    // stream.
    private const string Attack = """
        <!doctype html><body>running<iframe name="hidden"></iframe><script>
        const target = location.hash.slice(1), seen = [];
        const tell = (what, promise) => promise.then(text => seen.push(what + ":" + text), () => seen.push(what + ":refused"));
        const post = options => fetch(target + "/sessions", {method: "POST", body: '{"agent_id":"engineer","title":"stolen"}', ...options}).then(reply => reply.text());
        const form = document.createElement("form");
        form.method = "post"; form.enctype = "text/plain"; form.target = "hidden"; form.action = target + "/sessions";
        const field = document.createElement("input");
        field.name = '{"agent_id":"engineer","title":"stolen","x":"'; field.value = '"}';
        form.append(field); document.body.append(form); form.submit();
        new Image().src = target + "/sessions";
        const xhr = new Promise((done, failed) => {
          const request = new XMLHttpRequest();
          request.open("POST", target + "/sessions"); request.setRequestHeader("Content-Type", "application/json");
          request.onload = () => done(request.responseText); request.onerror = failed; request.send('{"agent_id":"engineer","title":"stolen"}');
        });
        const stream = new Promise((done, failed) => {
          const source = new EventSource(target + "/sessions/SESSION/stream");
          source.onmessage = source.onopen = () => done("opened"); source.onerror = failed;
        });
        Promise.all([
          tell("json", post({headers: {"Content-Type": "application/json"}})), tell("plain", post({mode: "no-cors"})), tell("cors", post({})),
          tell("xhr", xhr), tell("stream", stream), tell("list", fetch(target + "/sessions").then(reply => reply.text())),
        ]).then(() => document.body.textContent = "SEEN " + seen.join(" | "));
        </script>
        """;

    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);

    private WebApplication? _attacker;
    private string _session = "";

    private KodaHost Host => koda.Host;

    public async Task InitializeAsync()
    {
        _session = await Host.NewSession("engineer");
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(options => options.Listen(IPAddress.Loopback, 0));
        _attacker = builder.Build();
        _attacker.Map("/{**path}", Serve);
        await _attacker.StartAsync();
    }

    public async Task DisposeAsync() => await _attacker!.DisposeAsync();

    [Fact]
    public async Task A_page_of_another_origin_neither_creates_nor_sees_a_session()
    {
        var seen = await Visit($"{_attacker!.Urls.Single()}/attack.html#{Host.Url.ToString().TrimEnd('/')}");

        await AssertNothingHappened(seen);
    }

    [Fact]
    public async Task A_page_whose_name_is_rebound_to_this_machine_neither_creates_nor_sees_a_session()
    {
        // The browser takes both for one site: its page came from the attacker, and what the page asks for goes to Koda, under the
        // attacker's name.
        var site = $"http://rebound.example:{Host.Url.Port}";

        var seen = await Visit($"{site}/attack.html#{site}", $"--proxy-server={_attacker!.Urls.Single()}");

        Assert.Contains("The call needs a credential.", seen, StringComparison.Ordinal);
        await AssertNothingHappened(seen);
    }

    private async Task AssertNothingHappened(string seen)
    {
        Assert.StartsWith("SEEN ", seen, StringComparison.Ordinal);
        Assert.DoesNotContain(_session, seen, StringComparison.Ordinal);
        Assert.DoesNotContain("opened", seen, StringComparison.Ordinal);
        Assert.Equal(
            [_session],
            (await Host.Rest.Get("/sessions"))
                .Json.AsArray()
                .Select(session => session!["id"]!.GetValue<string>())
                .Where(id => id == _session));
        Assert.DoesNotContain("stolen", (await Host.Rest.Get("/sessions")).Text, StringComparison.Ordinal);
    }

    /// <summary>Loads a page in a headless browser and gives what it shows in the end.</summary>
    private static async Task<string> Visit(string url, params string[] options)
    {
        var profile = Directory.CreateTempSubdirectory("koda-browser-");
        try
        {
            string[] arguments =
            [
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--no-first-run",
                $"--user-data-dir={profile.FullName}",
                "--virtual-time-budget=10000",
                .. options,
                "--dump-dom",
                url,
            ];
            using var browser = Process.Start(
                new ProcessStartInfo("chromium", arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            using var deadline = new CancellationTokenSource(s_patience);
            var errors = browser.StandardError.ReadToEndAsync(deadline.Token);
            var page = await browser.StandardOutput.ReadToEndAsync(deadline.Token);
            await browser.WaitForExitAsync(deadline.Token);
            var body = Body().Match(page);
            Assert.True(body.Success, $"{page}\n{await errors}");
            return WebUtility.HtmlDecode(body.Groups[1].Value);
        }
        finally
        {
            profile.Delete(recursive: true);
        }
    }

    /// <summary>
    /// Serves the page, and hands everything else that comes as to a proxy on to Koda, the name that was asked for included.
    /// </summary>
    private async Task Serve(HttpContext context)
    {
        if (context.Request.Path == "/attack.html")
        {
            context.Response.ContentType = "text/html";
            await context.Response.WriteAsync(Attack.Replace("SESSION", _session, StringComparison.Ordinal));
            return;
        }
        using var http = new HttpClient { BaseAddress = Host.Url };
        using var request = new HttpRequestMessage(
            new HttpMethod(context.Request.Method), context.Request.Path + context.Request.QueryString);
        if (context.Request.ContentLength > 0)
            request.Content = new StreamContent(context.Request.Body);
        foreach (
            var header in context.Request.Headers.Where(header => !header.Key.StartsWith("Proxy-", StringComparison.OrdinalIgnoreCase)))
        {
            if (!request.Headers.TryAddWithoutValidation(header.Key, [.. header.Value]))
                request.Content?.Headers.TryAddWithoutValidation(header.Key, [.. header.Value]);
        }
        using var reply = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, context.RequestAborted);
        context.Response.StatusCode = (int)reply.StatusCode;
        context.Response.ContentType = reply.Content.Headers.ContentType?.ToString();
        await reply.Content.CopyToAsync(context.Response.Body, context.RequestAborted);
    }

    [GeneratedRegex("<body>(.*)</body>", RegexOptions.Singleline)]
    private static partial Regex Body();
}
