using System.Net.Http.Headers;
using Koda.Server.Engine.Principals;
using Koda.Testing.Hosting;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Koda.Contract.Tests.Runtime;

/// <summary>Who may call what.</summary>
public sealed class CredentialTests(KodaFixture koda) : IClassFixture<KodaFixture>
{
    [Theory]
    [InlineData(null)]
    [InlineData("Bearer koda_0000000000000000000000000000000000000000000")]
    [InlineData("Bearer x")]
    [InlineData("Bearer ")]
    [InlineData("Basic b3BlcmF0b3I6cGFzcw==")]
    public async Task Calls_need_a_valid_token(string? authorization)
    {
        var reply = await Get("/api/runtime/agents", authorization);

        reply.IsRefused(401, "auth.unauthenticated");
        Assert.Equal("Bearer", Assert.Single(reply.Headers.WwwAuthenticate).Scheme);
    }

    [Fact]
    public async Task A_path_of_REST_refuses_by_HTTP_whatever_the_caller_says_that_it_sends()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/runtime/tasks")
        {
            Content = new ByteArrayContent([0, 0, 0, 0, 0]) { Headers = { ContentType = new MediaTypeHeaderValue("application/grpc") } },
        };

        (await Send(request, null)).IsRefused(401, "auth.unauthenticated");
    }

    [Theory]
    [InlineData("/api/runtime/ready")]
    [InlineData("/api/runtime/readiness")]
    [InlineData("/openapi/control-plane.json")]
    public async Task Health_and_documents_need_none(string path)
    {
        Assert.Equal(200, (await Get(path, null)).Status);
        Assert.Equal(200, (await Get(path, "Bearer kpat_stale")).Status);
    }

    [Fact]
    public void Nothing_makes_keys_of_its_own_in_the_home_directory() =>
        Assert.Null(koda.Host.Services.GetService<IDataProtectionProvider>());

    [Fact]
    public async Task A_token_does_what_its_scopes_say_and_no_more()
    {
        var token = await koda.Host.Services.GetRequiredService<IssueToken>()
            .Execute("service", "reader", ["runtime.read"], lifetime: null, CancellationToken.None);
        var write = new HttpRequestMessage(HttpMethod.Post, TaskCalls.Tasks)
        {
            Content = new StringContent("""{"agent_id":"atlas","query":"x"}""", MediaTypeHeaderValue.Parse("application/json")),
        };

        Assert.Equal(200, (await Get("/api/runtime/agents", $"Bearer {token}")).Status);
        var details = (await Send(write, $"Bearer {token}")).IsRefused(403, "auth.forbidden");
        Assert.Equal("runtime.write", Assert.Single(details["scopes"]!.AsArray())!.GetValue<string>());
    }

    [Fact]
    public async Task The_workers_token_reads_nothing()
    {
        var details = (await Get("/api/runtime/tasks", $"Bearer {koda.Host.WorkerToken}")).IsRefused(403, "auth.forbidden");

        Assert.Equal("runtime.read", Assert.Single(details["scopes"]!.AsArray())!.GetValue<string>());
    }

    [Fact]
    public async Task A_token_ends_with_its_lifetime()
    {
        var token = await koda.Host.Services.GetRequiredService<IssueToken>()
            .Execute("service", "guest", ["runtime.read"], TimeSpan.FromMicroseconds(1), CancellationToken.None);

        (await Get("/api/runtime/agents", $"Bearer {token}")).IsRefused(401, "auth.unauthenticated");
    }

    private Task<RestReply> Get(string path, string? authorization) => Send(new HttpRequestMessage(HttpMethod.Get, path), authorization);

    private async Task<RestReply> Send(HttpRequestMessage request, string? authorization)
    {
        using var http = new HttpClient { BaseAddress = koda.Host.Url };
        if (authorization is not null)
            request.Headers.TryAddWithoutValidation("Authorization", authorization);
        return await new RestClient(http).Send(request);
    }
}
