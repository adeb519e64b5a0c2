using System.Text.Json.Nodes;
using Koda.Contract.Tests.Journeys;
using Koda.Testing.Hosting;
using Npgsql;
using Xunit;
using static Koda.Contract.Tests.ControlPlane.OwnerCalls;

namespace Koda.Contract.Tests.ControlPlane;

/// <summary>Every security-relevant act is told: who, from where, what, with which outcome.</summary>
public sealed class AuditTests(KodaFixture koda) : IClassFixture<KodaFixture>, IAsyncLifetime
{
    private const string Audit = "/api/control-plane/audit";
    private const string BreakGlass = "an-emergency-token-of-enough-length";

    private KodaHost Host => koda.Host;

    public Task InitializeAsync() => Host.EnsureOwner();

    public async Task DisposeAsync()
    {
        await using var source = NpgsqlDataSource.Create(koda.ConnectionString);
        await using var command = source.CreateCommand("delete from sign_in_failures");
        await command.ExecuteNonQueryAsync();
    }

    [Fact]
    public async Task A_sign_in_is_told_with_who_and_from_where()
    {
        await Host.Anonymous().Post($"{Auth}/login", Credentials("ana", "wrong"));
        await Host.SignIn();

        var failure = await Newest("security.auth.login_failure");
        Assert.Equal(("anonymous", "failure", "127.0.0.1"), (failure.At("actor"), failure.At("outcome"), failure.At("address")));
        var success = await Newest("security.auth.login_success");
        Assert.Equal(("ana", "success"), (success.At("name"), success.At("outcome")));
        Assert.StartsWith("principal:", success.At("actor"), StringComparison.Ordinal);
        Assert.StartsWith("session:", (await Newest("security.session.created")).At("target"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tokens_sessions_and_passwords_are_told_and_no_secret_is()
    {
        var session = await Host.SignIn();
        var created = await Host.Anonymous(session).Post($"{Auth}/tokens", """{"name":"audited","scopes":["read"]}""");
        var id = created.Json["item"]!.At("id");
        await Host.Anonymous(session).Send(new HttpRequestMessage(HttpMethod.Delete, $"{Auth}/tokens/{id}"));
        await Host.Anonymous(created["token"]).Post($"{Auth}/tokens", """{"name":"x"}""");
        await Host.Anonymous(session)
            .Post(
                $"{Auth}/password/change", new JsonObject { ["current_password"] = Password, ["new_password"] = Password }.ToJsonString());
        await Host.Anonymous(session).Post($"{Auth}/logout");

        var token = await Newest("security.token.created");
        Assert.Equal(
            (id, "session", "audited"), (token.At("target")["token:".Length..], token.At("credential"), token.At("details", "name")));
        Assert.Equal($"token:{id}", (await Newest("security.token.revoked")).At("target"));
        Assert.Equal("success", (await Newest("security.auth.password_changed")).At("outcome"));
        Assert.Equal("denied", (await Newest("security.auth.access_denied")).At("outcome"));
        Assert.StartsWith("session:", (await Newest("security.session.revoked")).At("target"), StringComparison.Ordinal);
        var all = await Host.Rest.Get($"{Audit}?limit=200");
        Assert.All([session, created["token"], Password], secret => Assert.DoesNotContain(secret, all.Text, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_list_is_read_by_pages_newest_first_and_by_filters()
    {
        for (var sign = 0; sign < 3; sign++)
            await Host.SignIn();
        await Host.Anonymous().Post($"{Auth}/login", Credentials("ana", "wrong"));
        var seqs = new List<long>();
        for (var cursor = ""; ;)
        {
            var page = await Host.Rest.Get($"{Audit}?limit=3&kind=security.auth.&cursor={cursor}");
            Assert.All(page.Json["items"]!.AsArray(), item =>
                Assert.StartsWith("security.auth.", item!.At("kind"), StringComparison.Ordinal));
            seqs.AddRange(page.Json["items"]!.AsArray().Select(item => item!["seq"]!.GetValue<long>()));
            if ((cursor = page["next_cursor"]).Length == 0)
                break;
        }

        Assert.True(seqs.Count >= 4);
        Assert.Equal(seqs.OrderDescending(), seqs);
        var failures = await Host.Rest.Get($"{Audit}?outcome=failure");
        Assert.All(failures.Json["items"]!.AsArray(), item => Assert.Equal("failure", item!.At("outcome")));
        Assert.Empty((await Host.Rest.Get($"{Audit}?since=2100-01-01T00:00:00Z")).Json["items"]!.AsArray());
        Assert.Empty((await Host.Rest.Get($"{Audit}?until=2000-01-01T00:00:00Z")).Json["items"]!.AsArray());
        var first = await Host.Rest.Get($"{Audit}?limit=1");
        (await Host.Rest.Get($"{Audit}?kind=other&cursor={first["next_cursor"]}")).IsRefused(400, "cursor.invalid");
        (await Host.Rest.Get($"{Audit}?cursor=x")).IsRefused(400, "cursor.invalid");
        (await Host.Rest.Get($"{Audit}?outcome=maybe")).IsRefused(400, "request.invalid").BlamesFields("outcome");
    }

    [Fact]
    public async Task The_feed_goes_on_after_the_last_event_seen()
    {
        await Host.SignIn();
        var newest = (await Host.Rest.Get($"{Audit}?limit=1")).Json["items"]![0]!["seq"]!.GetValue<long>();
        var service = new Protos.ControlPlane.V1.AuditService.AuditServiceClient(Host.Client.CallInvoker);
        var headers = new Grpc.Core.Metadata { { "authorization", $"Bearer {Host.OperatorToken}" } };
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        using var feed = service.WatchAudit(new() { AfterSeq = newest, Kind = "security.token." }, headers, cancellationToken: limit.Token);

        await Host.NewToken("read");
        await Host.NewToken("read");

        Assert.True(await feed.ResponseStream.MoveNext(limit.Token));
        var seen = feed.ResponseStream.Current;
        Assert.Equal("security.token.created", seen.Kind);
        Assert.True(seen.Seq > newest);
        var resumed = new HttpRequestMessage(HttpMethod.Get, Audit);
        resumed.Headers.Add("Accept", "text/event-stream");
        resumed.Headers.Add("Last-Event-ID", $"{seen.Seq}");
        using var sse = await Host.Http.SendAsync(resumed, HttpCompletionOption.ResponseHeadersRead, limit.Token);
        using var reader = new StreamReader(await sse.Content.ReadAsStreamAsync(limit.Token));
        string? line;
        do
            line = await reader.ReadLineAsync(limit.Token);
        while (line?.StartsWith("id: ", StringComparison.Ordinal) == false);
        Assert.Equal($"id: {seen.Seq + 1}", line);
    }

    [Fact]
    public async Task What_break_glass_is_used_for_is_told()
    {
        await using var host = await KodaHost.Start(
            koda.ConnectionString, options => options with { Security = options.Security with { BreakGlassTokens = [BreakGlass] } });

        await host.Anonymous(BreakGlass).Get($"{Auth}/sessions");

        var used = await Newest("security.auth.break_glass_used");
        Assert.Equal(("break_glass", "rpc:/koda.controlplane.v1.AuthService/ListSessions"), (used.At("credential"), used.At("target")));
    }

    [Fact]
    public async Task Only_who_may_read_it_sees_it()
    {
        var other = (await Host.NewToken("runtime"))["token"];

        (await Host.Anonymous(other).Get(Audit)).IsRefused(403, "auth.forbidden");
    }

    private async Task<JsonNode> Newest(string kind) =>
        (await Host.Rest.Get($"{Audit}?limit=1&kind={kind}")).Json["items"]!.AsArray().Single()!;
}
