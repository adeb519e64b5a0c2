using System.Net.Http.Headers;
using Koda.Contract.Tests.Journeys;
using Koda.Testing;
using Koda.Testing.Hosting;
using Xunit;

namespace Koda.Contract.Tests.ControlPlane;

/// <summary>After a whole run with secrets of every kind: no table, log, trace or refusal holds one of them in clear.</summary>
public sealed class SecretSearchTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>, IDisposable
{
    private const string Password = "Tall-ships-42-sail";
    private const string ProviderKey = "sk-searched-provider-key-1";
    private const string AgentSecret = "searched-agent-secret-2";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("koda-search-");
    private readonly List<string> _refusals = [];

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task No_secret_of_a_whole_run_is_found_in_clear()
    {
        using var server = KodaServerProcess.Create(
            _folder.FullName, "server", postgres.ConnectionString, new string('5', 64), TimeSpan.FromSeconds(15));
        server.Start();
        await server.Ready();
        using var worker = new KodaWorkerProcess(_folder.FullName, "worker", server.Url, server.Files.ReadWorkerToken()!);
        worker.Start();
        // The model is hostile: it says the key that it was called with, and prints what the command is given.
        await using var model = await ScriptedModel.Start(
            ModelTurn.Call("call_1", "bash", """{"command":"echo token=$DEPLOY_TOKEN"}"""), ModelTurn.Say($"Your key is {ProviderKey}."));

        var secrets = await Run(server, model);

        await Eventually.IsTrue(() => Task.FromResult(File.Exists(Path.Combine(_folder.FullName, "worker.log"))), "The worker has a log.");
        foreach (var (name, secret) in secrets)
        {
            Assert.True(secret.Length >= 8, $"{name} is no secret: '{secret}'.");
            Assert.Empty((await TableSearch.TablesWith(postgres.ConnectionString, secret)).Select(table => $"{name} in {table}"));
            // The setup code is printed once, on purpose, for the person at the server.
            var logs = Directory
                .GetFiles(_folder.FullName, "*.log")
                .Where(log => name != "setup code" && File.ReadAllText(log).Contains(secret, StringComparison.Ordinal));
            Assert.Empty(logs.Select(log => $"{name} in {log}"));
            Assert.Empty(_refusals.Where(text => text.Contains(secret, StringComparison.Ordinal)).Select(text => $"{name} in {text}"));
        }
    }

    private async Task<Dictionary<string, string>> Run(KodaServerProcess server, ScriptedModel model)
    {
        var rest = Client(server, server.Files.ReadOperatorToken());
        var code = (await rest.Post("/api/control-plane/auth/bootstrap/codes"))["code"];
        var stranger = Client(server, null);
        var registration = (await stranger.Post("/api/control-plane/auth/bootstrap/exchange", $$"""{"code":"{{code}}"}"""))[
            "registration_token"
        ];
        var owner = await stranger.Post(
            "/api/control-plane/auth/register-owner",
            $$"""{"registration_token":"{{registration}}","username":"ana","email":"ana@example.org","password":"{{Password}}"}""",
            ("Idempotency-Key", "register-1"));
        var token = await rest.Post(
            "/api/control-plane/auth/tokens", """{"name":"ci","scopes":["runtime"]}""", ("Idempotency-Key", "token-1"));
        await rest.Put("/api/control-plane/agents/teller", $$"""
            {
              "model": "{{ModelTurn.Model}}",
              "provider": {"kind": "openai", "base_url": "{{model.BaseUrl}}", "api_key": "{{ProviderKey}}"},
              "tools": ["bash"], "permissions": [{"tool": "bash", "action": "allow"}]
            }
            """);
        await rest.Put("/api/control-plane/agents/teller/secrets/deploy_token", $$"""{"value":"{{AgentSecret}}"}""");
        var task = (await rest.Post("/api/runtime/tasks", """{"agent_id":"teller","query":"Tell."}"""))["id"];
        RestReply state = null!;
        await Eventually.IsTrue(
            async () => (state = await rest.Get($"/api/runtime/tasks/{task}"))["status"] is "completed" or "failed",
            TimeSpan.FromMinutes(1),
            () => state.Text);
        Assert.True(state["status"] == "completed", state.Text);
        var trace = (await rest.Get($"/api/runtime/tasks/{task}/trace")).Text;
        // The command had the secret, and what it printed was taken out.
        Assert.Contains("token=", trace, StringComparison.Ordinal);
        _refusals.AddRange([trace, state.Text, (await rest.Get("/api/control-plane/audit?limit=200")).Text]);
        await Refuse(stranger, rest, code);
        return new Dictionary<string, string>
        {
            ["setup code"] = code,
            ["registration token"] = registration,
            ["password"] = Password,
            ["session"] = owner["session_token"],
            ["recovery code"] = owner.Json["recovery_codes"]![0]!.GetValue<string>(),
            ["token"] = token["token"],
            ["provider key"] = ProviderKey,
            ["agent secret"] = AgentSecret,
        };
    }

    /// <summary>Sends the secrets where they are refused: no refusal may say them again.</summary>
    private async Task Refuse(RestClient stranger, RestClient rest, string code)
    {
        RestReply[] refused =
        [
            await stranger.Post("/api/control-plane/auth/login", $$"""{"identifier":"nobody","password":"{{Password}}"}"""),
            await stranger.Post("/api/control-plane/auth/register-owner", $$"""{"bootstrap_code":"{{code}}","password":"{{Password}}"}"""),
            await rest.Put(
                "/api/control-plane/providers/groq/connection/api-key",
                $$"""{"api_key":"{{ProviderKey}} {{ProviderKey}}","base_url":"x"}"""
            ),
            await rest.Put("/api/control-plane/agents/teller/secrets/bad-key!", $$"""{"value":"{{AgentSecret}}"}"""),
            await rest.Post(
                "/api/control-plane/agents",
                $$$"""{"agent_id":"x","definition":{"provider":{"kind":"y","api_key":"{{{ProviderKey}}}"}},"z":"{{{Password}}}"}"""
            ),
        ];
        Assert.All(refused, reply => Assert.InRange(reply.Status, 400, 499));
        _refusals.AddRange(refused.Select(reply => reply.Text));
    }

    private static RestClient Client(KodaServerProcess server, string? token)
    {
        var http = new HttpClient(new SocketsHttpHandler { UseCookies = false }) { BaseAddress = server.Url };
        if (token is not null)
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return new RestClient(http);
    }
}
