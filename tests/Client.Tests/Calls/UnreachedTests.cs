using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Koda.Client.Tests.Calls;

/// <summary>Calls over real connections to what is no Koda server.</summary>
public sealed class UnreachedTests : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

    public UnreachedTests() => _listener.Start();

    private int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public void Dispose() => _listener.Dispose();

    [Fact]
    public async Task Nobody_at_the_address()
    {
        var port = Port;
        _listener.Stop();

        var error = await Call($"http://127.0.0.1:{port}");

        Assert.Equal("server.unreachable", error.Code);
        Assert.Contains("refused", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_that_nobody_has() => Assert.Equal("server.unknown_host", (await Call("http://koda.invalid")).Code);

    [Fact]
    public async Task Another_server_at_the_address()
    {
        var answering = Answer(stream => stream.WriteAsync("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"u8.ToArray()).AsTask());

        var error = await Call($"http://127.0.0.1:{Port}");

        Assert.Equal("server.not_koda", error.Code);
        Assert.DoesNotContain("Exception", error.Message, StringComparison.Ordinal);
        _listener.Stop();
        await answering;
    }

    [Fact]
    public async Task A_certificate_that_nobody_trusts()
    {
        using var key = RSA.Create(2048);
        using var certificate = new CertificateRequest("CN=koda.example", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            .CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        var answering = Answer(async stream =>
        {
            await using var tls = new SslStream(stream);
            await tls.AuthenticateAsServerAsync(certificate);
            _ = await tls.ReadAsync(new byte[1]);
        });

        var error = await Call($"https://127.0.0.1:{Port}");

        Assert.Equal("server.certificate", error.Code);
        Assert.Contains("RemoteCertificate", error.Message, StringComparison.Ordinal);
        _listener.Stop();
        await answering;
    }

    [Fact]
    public async Task A_server_without_TLS_behind_an_https_address()
    {
        var answering = Answer(stream => stream.WriteAsync(Encoding.ASCII.GetBytes("HTTP/1.1 400 Bad Request\r\n\r\n")).AsTask());

        Assert.Equal("server.no_tls", (await Call($"https://127.0.0.1:{Port}")).Code);
        _listener.Stop();
        await answering;
    }

    private static async Task<KodaException> Call(string url)
    {
        await using var client = new KodaClient(new KodaClientOptions { Url = new Uri(url), MaxAttempts = 1 });
        var error = await Assert.ThrowsAsync<KodaException>(() => client.GetReadinessAsync());
        Assert.True(error.Unreachable, error.ToString());
        return error;
    }

    /// <summary>Answers every connection until the listener stops.</summary>
    private async Task Answer(Func<NetworkStream, Task> answer)
    {
        while (true)
        {
            try
            {
                using var connection = await _listener.AcceptTcpClientAsync();
                await using var stream = connection.GetStream();
                await answer(stream);
                // What was sent is read before the connection ends: a reset would take the answer with it.
                while (await stream.ReadAsync(new byte[4096]) > 0)
                {
                }
            }
            catch (Exception over) when (over is IOException or System.Security.Authentication.AuthenticationException)
            {
                // The client went away.
            }
            catch (Exception over) when (over is SocketException or ObjectDisposedException or InvalidOperationException)
            {
                return;
            }
        }
    }
}
