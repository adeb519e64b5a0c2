using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Grpc.Core;
using Microsoft.AspNetCore.Hosting;

namespace Koda.Rpc.Tests.Channel;

public sealed class CredentialsTests
{
    private static readonly CallCredentials s_token = CallCredentials.FromInterceptor((context, metadata) =>
    {
        metadata.Add("authorization", $"Bearer for {context.MethodName} of {new Uri(context.ServiceUrl).AbsolutePath}");
        return Task.CompletedTask;
    });

    [Fact]
    public async Task Credentials_do_not_travel_in_cleartext_unless_told()
    {
        await using var server = await RawServer.StartAsync(http => http.ReplyAsync("not reached"));
        using var channel = server.Connect(new RpcChannelOptions { CallCredentials = s_token });
        Assert.Equal(StatusCode.Unauthenticated, (await Methods.FailureOf(channel.Unary())).StatusCode);
    }

    [Fact]
    public async Task Credentials_of_channel_and_call_both_travel()
    {
        await using var server = await RawServer.StartAsync(
            http => http.ReplyAsync($"{http.Request.Headers.Authorization} {http.Request.Headers["tenant"]} {http.Request.Headers["default"]}"));
        using var channel = server.Connect(new RpcChannelOptions
        {
            CallCredentials = s_token,
            UnsafeUseInsecureChannelCallCredentials = true,
            DefaultHeaders = new Metadata { { "default", "always" } },
        });
        var tenant = CallCredentials.FromInterceptor((_, metadata) =>
        {
            metadata.Add("tenant", "one");
            return Task.CompletedTask;
        });
        Assert.Equal("Bearer for Unary of /test.Echo one always", await channel.Unary(options: new CallOptions(credentials: tenant)));
    }

    [Fact]
    public async Task Tls_trusts_the_given_root_only()
    {
        using var certificate = SelfSigned();
        await using var server = await RawServer.StartAsync(
            http => http.ReplyAsync(http.Request.Headers.Authorization!), listen: options => options.UseHttps(certificate));

        var trusting = ChannelCredentials.Create(new SslCredentials(certificate.ExportCertificatePem()), s_token);
        using (var channel = server.Connect(new RpcChannelOptions { Credentials = trusting }))
            Assert.StartsWith("Bearer", await channel.Unary(), StringComparison.Ordinal);

        using (var channel = server.Connect())
            Assert.Equal(StatusCode.Unavailable, (await Methods.FailureOf(channel.Unary())).StatusCode);
    }

    [Fact]
    public void Credentials_must_fit_the_address() => Assert.Throws<ArgumentException>(
        () => RpcChannel.ForAddress("http://localhost", new RpcChannelOptions { Credentials = ChannelCredentials.SecureSsl }));

    [Theory]
    [InlineData("localhost:8090")]
    [InlineData("/path")]
    [InlineData("ftp://localhost")]
    public void An_address_must_be_absolute_http(string address) => Assert.Throws<ArgumentException>(() => RpcChannel.ForAddress(address));

    private static X509Certificate2 SelfSigned()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddMinutes(-5), DateTimeOffset.UtcNow.AddHours(1));
    }
}
