using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;

namespace Koda.Cli.Tests;

/// <summary>
/// The proxies of docs/operations, as they stand but for ports, names and certificates: gRPC, REST and event feeds through TLS.
/// </summary>
[Collection(LocalKodaCollection.Name)]
public sealed class ProxyTests(LocalKoda koda) : IDisposable
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(1);

    private readonly string _folder = Directory.CreateTempSubdirectory("koda-proxy-").FullName;
    private readonly string _url = $"https://localhost:{LocalKoda.FreePort()}";
    private Process? _proxy;

    private string Certificate => Path.Combine(_folder, "fullchain.pem");

    public void Dispose()
    {
        _proxy?.Kill(entireProcessTree: true);
        _proxy?.WaitForExit();
        _proxy?.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [ProgramTheory("nginx")]
    [InlineData("nginx")]
    public Task Nginx_passes_everything_on(string program) => Passes(program, NginxSettings);

    [ProgramTheory("caddy")]
    [InlineData("caddy")]
    public Task Caddy_passes_everything_on(string program) => Passes(program, CaddySettings);

    private async Task Passes(string program, Func<Task<string[]>> settings)
    {
        await WriteCertificate();
        _proxy = Start(program, await settings());
        using var client = Client();
        while (await Answers(client) != HttpStatusCode.OK)
            Assert.False(_proxy.HasExited, $"{program} ended.");
        await koda.ApplyScript(
            "waits", """[{tool_calls: [{tool: bash, arguments: {command: "touch made"}}]}, {text: "Went on."}]""",
            permissions: "[{tool: bash, pattern: \"*\", action: ask}]");

        var task = await Submit(client);
        await using (var feed = await client.GetStreamAsync($"/api/runtime/tasks/{task}/events"))
        using (var reader = new StreamReader(feed))
        {
            // The question comes while the feed is open: nothing waits in a buffer until its end.
            await Until(reader, "event: approval.requested");
            Assert.Equal(ExitCode.Ok, (await Run("approve", "--list")).ExitCode);
            Assert.Equal(ExitCode.Ok, (await Run("cancel", task)).ExitCode);
            await Until(reader, "event: task.cancelled");
        }
        await koda.ApplyScript("speaks", """[{text: "Heard."}]""");
        var grpc = await Run("run", "--agent", "speaks", "--workspace", koda.Workspace, "Look.");
        Assert.True(grpc.ExitCode == ExitCode.Ok, grpc.Error);
        await AWorkerStays();
    }

    /// <summary>A worker's stream goes both ways for as long as the worker is there.</summary>
    private async Task AWorkerStays()
    {
        var name = $"beyond-{Guid.NewGuid():n}";
        using var worker = Start(
            Path.Combine(AppContext.BaseDirectory, "koda"),
            ["worker", "--data", Path.Combine(_folder, "worker"), "--url", _url, "--name", name, "--root", koda.Workspace, "--agent", name]
        );
        try
        {
            while (!(await Run("workers", "-o", "wide")).Out.Contains(name, StringComparison.Ordinal))
                Assert.False(worker.HasExited, "The worker ended.");
            await koda.ApplyScript(name, """[{text: "Done beyond."}]""");
            Assert.Contains(
                "Done beyond.", (await Run("run", "--agent", name, "--workspace", koda.Workspace, "Go.")).Out, StringComparison.Ordinal);
        }
        finally
        {
            worker.Kill();
            await worker.WaitForExitAsync();
        }
    }

    private Task<CliRun> Run(params string[] args) => koda.RunIn(Trust, [.. args, "--url", _url, "--data", koda.Data]);

    private Dictionary<string, string> Trust => new()
    {
        ["SSL_CERT_FILE"] = Certificate,
        ["KODA_TOKEN"] = File.ReadAllText(Path.Combine(koda.Data, "operator.token")).Trim(),
    };

    private Process Start(string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = koda.Workspace };
        foreach (var (name, value) in Trust)
            start.Environment[name] = value;
        start.Environment["HOME"] = start.Environment["XDG_DATA_HOME"] = start.Environment["XDG_CONFIG_HOME"] = _folder;
        return Process.Start(start)!;
    }

    private HttpClient Client()
    {
        var trusted = X509CertificateLoader.LoadCertificateFromFile(Certificate);
        var handler = new HttpClientHandler { ServerCertificateCustomValidationCallback = (_, shown, _, _) => shown!.Equals(trusted) };
        var client = new HttpClient(handler)
        {
            BaseAddress = new Uri(_url),
            DefaultRequestVersion = HttpVersion.Version20,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Trust["KODA_TOKEN"]);
        client.DefaultRequestHeaders.Accept.ParseAdd("text/event-stream");
        client.DefaultRequestHeaders.Accept.ParseAdd("application/json");
        return client;
    }

    private static async Task<HttpStatusCode?> Answers(HttpClient client)
    {
        try
        {
            using var answer = await client.GetAsync("/api/runtime/ready");
            return answer.StatusCode;
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    private async Task<string> Submit(HttpClient client)
    {
        var body = JsonSerializer.Serialize(new { agent_id = "waits", query = "Go.", context = new { workspace = koda.Workspace } });
        using var answer = await client.PostAsync("/api/runtime/tasks", new StringContent(body, Encoding.UTF8, "application/json"));
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, text);
        return JsonDocument.Parse(text).RootElement.GetProperty("id").GetString()!;
    }

    private static async Task Until(StreamReader reader, string line)
    {
        using var limit = new CancellationTokenSource(s_limit);
        while (await reader.ReadLineAsync(limit.Token) is { } read)
            if (read == line)
                return;
        Assert.Fail($"The feed ended before '{line}' came.");
    }

    private async Task<string[]> NginxSettings()
    {
        var text = await File.ReadAllTextAsync(Path.Combine(OperationFilesTests.Folder, "nginx", "koda.conf"));
        text = Replaced(text, "listen 443 ", $"listen {new Uri(_url).Port} ", "koda.example", "localhost", "/etc/ssl/koda", _folder,
            "127.0.0.1:8090", new Uri(koda.Url).Authority);
        var account = Environment.UserName == "root" ? "user root;" : "";
        var temporary = string.Concat(
            new[] { "client_body", "proxy", "fastcgi", "uwsgi", "scgi" }.Select(kind => $"{kind}_temp_path {_folder}/{kind}; "));
        var file = Path.Combine(_folder, "nginx.conf");
        await File.WriteAllTextAsync(
            file,
            $"daemon off; pid {_folder}/nginx.pid; error_log {_folder}/error.log; {account}\n"
            + $"events {{ }}\nhttp {{ access_log off; {temporary}\n{text}\n}}\n");
        return ["-c", file, "-p", _folder, "-e", Path.Combine(_folder, "error.log")];
    }

    private async Task<string[]> CaddySettings()
    {
        var text = await File.ReadAllTextAsync(Path.Combine(OperationFilesTests.Folder, "caddy", "Caddyfile"));
        text = Replaced(
            text, "koda.example {", $"{_url} {{\n\ttls {Certificate} {_folder}/privkey.pem", "127.0.0.1:8090", new Uri(koda.Url).Authority);
        var file = Path.Combine(_folder, "Caddyfile");
        await File.WriteAllTextAsync(file, $"{{\n\tadmin off\n\tauto_https disable_redirects\n}}\n{text}");
        return ["run", "--config", file, "--adapter", "caddyfile"];
    }

    private static string Replaced(string text, params string[] pairs)
    {
        foreach (var pair in pairs.Chunk(2))
        {
            Assert.Contains(pair[0], text, StringComparison.Ordinal);
            text = text.Replace(pair[0], pair[1], StringComparison.Ordinal);
        }
        return text;
    }

    private async Task WriteCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        await File.WriteAllTextAsync(Certificate, certificate.ExportCertificatePem());
        await File.WriteAllTextAsync(Path.Combine(_folder, "privkey.pem"), key.ExportPkcs8PrivateKeyPem());
    }
}
