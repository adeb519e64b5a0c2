using Grpc.Core;
using Koda.Contract.Tests.Journeys;
using Koda.Server.Engine.Principals;
using Koda.Testing.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Xunit;
using static Koda.Contract.Tests.ControlPlane.OwnerCalls;

namespace Koda.Contract.Tests.ControlPlane;

/// <summary>What is revoked on one server is over on all of them, and for the streams that it has opened.</summary>
public sealed class RevocationTests(KodaFixture koda) : IClassFixture<KodaFixture>, IAsyncLifetime
{
    private const string Agents = "/api/runtime/agents";

    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);

    private KodaHost? _other;

    private KodaHost One => koda.Host;

    private KodaHost Other => _other!;

    public async Task InitializeAsync()
    {
        await One.EnsureOwner();
        _other = await KodaHost.Start(koda.ConnectionString);
    }

    public async Task DisposeAsync() => await Other.DisposeAsync();

    [Fact]
    public async Task A_revoked_token_dies_on_both_servers()
    {
        var token = await One.NewToken("read");
        Assert.Equal(200, (await One.Anonymous(token["token"]).Get(Agents)).Status);
        Assert.Equal(200, (await Other.Anonymous(token["token"]).Get(Agents)).Status);
        var heard = Heard(Other, Guid.Parse(token.Json["item"]!.At("id")));

        await One.Rest.Send(new HttpRequestMessage(HttpMethod.Delete, $"{Auth}/tokens/{token.Json["item"]!.At("id")}"));

        (await One.Anonymous(token["token"]).Get(Agents)).IsRefused(401, "auth.unauthenticated");
        await heard;
        (await Other.Anonymous(token["token"]).Get(Agents)).IsRefused(401, "auth.unauthenticated");
    }

    [Fact]
    public async Task A_session_that_ends_on_one_server_ends_on_both()
    {
        var session = await One.SignIn();
        Assert.Equal(200, (await Other.Anonymous(session).Get(Agents)).Status);
        var current = (await Other.Anonymous(session).Get($"{Auth}/sessions")).Json["items"]!
            .AsArray()
            .Single(item => item!["is_current"]!.GetValue<bool>())!;
        var heard = Heard(Other, Guid.Parse(current.At("session_id")));

        await One.Anonymous(session).Post($"{Auth}/logout");

        await heard;
        (await Other.Anonymous(session).Get(Agents)).IsRefused(401, "auth.session_expired");
    }

    [Fact]
    public async Task An_open_stream_ends_with_its_token_on_the_other_server()
    {
        var token = await One.NewToken("read");
        var service = new Protos.ControlPlane.V1.AuditService.AuditServiceClient(Other.Client.CallInvoker);
        using var limit = new CancellationTokenSource(s_patience);
        using var feed = service.WatchAudit(
            new(), new Metadata { { "authorization", $"Bearer {token["token"]}" } }, cancellationToken: limit.Token);
        Assert.True(await feed.ResponseStream.MoveNext(limit.Token));

        await One.Rest.Send(new HttpRequestMessage(HttpMethod.Delete, $"{Auth}/tokens/{token.Json["item"]!.At("id")}"));

        var ended = await Assert.ThrowsAsync<RpcException>(() => ReadToEnd(feed, limit.Token));
        Assert.Equal(StatusCode.Unauthenticated, ended.StatusCode);
    }

    [Fact]
    public async Task An_open_stream_ends_when_the_news_of_the_revocation_is_lost()
    {
        var token = await One.NewToken("read");
        var service = new Protos.ControlPlane.V1.AuditService.AuditServiceClient(Other.Client.CallInvoker);
        using var limit = new CancellationTokenSource(s_patience);
        using var feed = service.WatchAudit(
            new(), new Metadata { { "authorization", $"Bearer {token["token"]}" } }, cancellationToken: limit.Token);
        Assert.True(await feed.ResponseStream.MoveNext(limit.Token));

        await using (var source = NpgsqlDataSource.Create(koda.ConnectionString))
        await using (
            var command = source.CreateCommand($"update tokens set revoked_at = now() where id = '{token.Json["item"]!.At("id")}'"))
            await command.ExecuteNonQueryAsync(limit.Token);

        var ended = await Assert.ThrowsAsync<RpcException>(() => ReadToEnd(feed, limit.Token));
        Assert.Equal(StatusCode.Unauthenticated, ended.StatusCode);
        (await Other.Anonymous(token["token"]).Get(Agents)).IsRefused(401, "auth.unauthenticated");
    }

    [Fact]
    public async Task A_feed_of_a_browser_ends_with_its_session()
    {
        var session = await One.SignIn();
        using var limit = new CancellationTokenSource(s_patience);
        var request = WithCookie(HttpMethod.Get, "/api/control-plane/audit/stream", session, headers: ("Accept", "text/event-stream"));
        using var http = new HttpClient(new SocketsHttpHandler { UseCookies = false }) { BaseAddress = One.Url };
        using var feed = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
        using var reader = new StreamReader(await feed.Content.ReadAsStreamAsync(limit.Token));
        await reader.ReadLineAsync(limit.Token);

        await One.Anonymous(session).Post($"{Auth}/logout");

        Assert.Contains("auth.session_expired", await reader.ReadToEndAsync(limit.Token), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_registered_owner_takes_the_setup_code_from_every_server()
    {
        Assert.False(File.Exists(Path.Combine(Other.DataDirectory, "setup.code")));
        (await Other.Rest.Post($"{Auth}/bootstrap/codes")).IsRefused(409, "auth.owner_exists");
    }

    /// <summary>Completes when the server has heard that the credential is over.</summary>
    private static Task Heard(KodaHost host, Guid credentialId)
    {
        var heard = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        host.Services.GetRequiredService<CredentialMemory>().Ended += id =>
        {
            if (id is null || id == credentialId)
                heard.TrySetResult();
        };
        return heard.Task.WaitAsync(s_patience);
    }

    private static async Task ReadToEnd(
        AsyncServerStreamingCall<Protos.ControlPlane.V1.AuditEvent> feed, CancellationToken cancellationToken)
    {
        while (await feed.ResponseStream.MoveNext(cancellationToken))
        {
        }
    }
}
