using System.Net;
using Koda.Server.Infrastructure.Http;
using Koda.Testing;
using Xunit;

namespace Koda.Server.Tests.Infrastructure.Http;

public sealed class GuardedHttpTests
{
    [Theory]
    [InlineData("http://localhost:1/")]
    [InlineData("http://127.0.0.1:1/")]
    [InlineData("http://[::ffff:127.0.0.1]:1/")]
    [InlineData("http://[::1]:1/")]
    [InlineData("http://169.254.169.254/latest")]
    public async Task An_address_is_refused_after_its_name_is_resolved(string url)
    {
        using var http = new GuardedHttp(new GuardedHttpOptions());
        var failure = await Assert.ThrowsAsync<GuardedHttpException>(() => http.Send(Get(url), allowPrivate: false, default));
        Assert.Equal(GuardedHttpProblem.AddressRefused, failure.Problem);
    }

    [Theory]
    [InlineData("10.0.0.7")]
    [InlineData("169.254.169.254")]
    [InlineData("fd00::1")]
    public async Task A_name_that_turns_out_to_be_private_is_refused_although_it_does_not_look_so(string address)
    {
        using var http = new GuardedHttp(
            new GuardedHttpOptions { Resolve = (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Parse(address)]) });
        Assert.True(http.MayAsk(new Uri("http://models.example/"), allowPrivate: false));
        var failure = await Assert.ThrowsAsync<GuardedHttpException>(() =>
            http.Send(Get("http://models.example/"), allowPrivate: false, default)
        );
        Assert.Equal(GuardedHttpProblem.AddressRefused, failure.Problem);
    }

    [Theory]
    [InlineData("http://169.254.169.254/")]
    [InlineData("http://[::ffff:169.254.169.254]/")]
    public async Task Metadata_addresses_are_refused_even_where_private_ones_are_allowed(string url)
    {
        using var http = new GuardedHttp(new GuardedHttpOptions { AllowedHosts = ["169.254.169.254", "[::ffff:169.254.169.254]"] });
        var failure = await Assert.ThrowsAsync<GuardedHttpException>(() => http.Send(Get(url), allowPrivate: true, default));
        Assert.Equal(GuardedHttpProblem.AddressRefused, failure.Problem);
    }

    [Fact]
    public async Task An_allowed_host_is_asked_and_a_redirect_is_not_followed()
    {
        await using var wire = await WireServer.Start(
            WireServer.Reply(302, "", ("Location", "http://127.0.0.1:1/"), ("Retry-After", "9"))
        );
        using var http = new GuardedHttp(new GuardedHttpOptions { AllowedHosts = ["127.0.0.1"] });

        var reply = await http.Send(Get(wire.Url.ToString()), allowPrivate: false, default);

        Assert.Equal((302, TimeSpan.FromSeconds(9)), (reply.Status, reply.RetryAfter));
        Assert.Single(wire.Requests);
    }

    [Fact]
    public async Task A_server_that_never_answers_is_given_up()
    {
        await using var wire = await WireServer.Start(context =>
            Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default));
        using var http = new GuardedHttp(new GuardedHttpOptions { Timeout = TimeSpan.FromMilliseconds(300) });
        var failure = await Assert.ThrowsAsync<GuardedHttpException>(() =>
            http.Send(Get(wire.Url.ToString()), allowPrivate: true, default));
        Assert.Equal(GuardedHttpProblem.Timeout, failure.Problem);
    }

    [Fact]
    public async Task A_large_answer_is_refused_also_when_it_comes_small()
    {
        await using var wire = await WireServer.Start(async context =>
        {
            context.Response.Headers.ContentEncoding = "gzip";
            await using var zip = new System.IO.Compression.GZipStream(
                context.Response.Body, System.IO.Compression.CompressionLevel.Fastest);
            await zip.WriteAsync(new byte[200_000]);
        });
        using var http = new GuardedHttp(new GuardedHttpOptions { MaxBytes = 100_000 });
        var failure = await Assert.ThrowsAsync<GuardedHttpException>(() =>
            http.Send(Get(wire.Url.ToString()), allowPrivate: true, default));
        Assert.Equal(GuardedHttpProblem.TooLarge, failure.Problem);
    }

    private static HttpRequestMessage Get(string url) => new(HttpMethod.Get, url);
}
