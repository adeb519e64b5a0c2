using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Koda.Http.Tests.Probe;
using Microsoft.AspNetCore.Hosting;
using Xunit;

namespace Koda.Http.Tests.Hosting;

public sealed class OnePortTests
{
    [Fact]
    public async Task Http_1_1_and_http_2_share_a_cleartext_port()
    {
        await using var server = await ProbeServer.Start();
        foreach (var version in new[] { HttpVersion.Version11, HttpVersion.Version20 })
        {
            var request = new HttpRequestMessage(HttpMethod.Get, new Uri(server.Address, "/plain"))
            {
                Version = version,
                VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            };
            using var response = await server.Http.SendAsync(request);
            Assert.Equal((version, "plain"), (response.Version, await response.Content.ReadAsStringAsync()));
        }
    }

    [Fact]
    public async Task With_tls_the_handshake_decides()
    {
        using var certificate = SelfSigned();
        await using var server = await ProbeServer.Start(
            kestrel: kestrel => kestrel.ListenOnePort(new IPEndPoint(IPAddress.Loopback, 0), listen => listen.UseHttps(certificate)));
        foreach (var protocol in new[] { SslApplicationProtocol.Http11, SslApplicationProtocol.Http2 })
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, server.Address.Port);
            await using var tls = new SslStream(client.GetStream());
            await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
            {
                ApplicationProtocols = [protocol],
                TargetHost = "localhost",
                RemoteCertificateValidationCallback = (_, presented, _, _) => presented!.GetCertHashString() == certificate.Thumbprint,
            });
            Assert.Equal(protocol, tls.NegotiatedApplicationProtocol);
        }
    }

    [Theory]
    [InlineData("GET /plain HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "HTTP/1.1 200")]
    [InlineData("PUT /plain HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "HTTP/1.1 405")]
    [InlineData("PRX\r\n\r\n", "HTTP/1.1 400")]
    public async Task Bytes_that_trickle_in_one_by_one_are_understood(string request, string expected)
    {
        await using var server = await ProbeServer.Start();
        using var client = await Connect(server);
        foreach (var value in Encoding.ASCII.GetBytes(request))
            await client.GetStream().WriteAsync(new[] { value });
        Assert.StartsWith(expected, await ReadToEnd(client), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_caller_that_leaves_without_a_word_harms_nobody()
    {
        await using var server = await ProbeServer.Start();
        using (await Connect(server))
        {
        }

        Assert.Equal(["x"], (await server.Raw.Call("Unary", "x")).Texts);
    }

    [Fact]
    public async Task A_caller_that_says_nothing_is_dropped_in_time()
    {
        await using var server = await ProbeServer.Start(kestrel: kestrel =>
        {
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromMilliseconds(50);
            kestrel.ListenOnePort(new IPEndPoint(IPAddress.Loopback, 0));
        });
        using var client = await Connect(server);
        Assert.Equal("", await ReadToEnd(client));
    }

    [Fact]
    public async Task A_silent_connection_does_not_hold_up_the_shutdown()
    {
        await using var server = await ProbeServer.Start();
        using var client = await Connect(server);
        await server.Stop().WaitAsync(TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task The_port_is_the_first_address_of_the_server()
    {
        await using var server = await ProbeServer.Start();
        Assert.Equal("127.0.0.1", server.Address.Host);
        Assert.NotEqual(0, server.Address.Port);
    }

    private static async Task<TcpClient> Connect(ProbeServer server)
    {
        var client = new TcpClient { NoDelay = true };
        await client.ConnectAsync(IPAddress.Loopback, server.Address.Port);
        return client;
    }

    private static async Task<string> ReadToEnd(TcpClient client)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        using var reader = new StreamReader(client.GetStream());
        return await reader.ReadToEndAsync(limit.Token);
    }

    private static X509Certificate2 SelfSigned()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }
}
