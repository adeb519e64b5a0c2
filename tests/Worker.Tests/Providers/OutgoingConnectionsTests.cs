using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Xunit;

namespace Koda.Worker.Tests.Providers;

public sealed class OutgoingConnectionsTests
{
    private static readonly IPAddress s_public = IPAddress.Parse("93.184.216.34");

    [Fact]
    public void This_machines_own_addresses_are_local_however_public_they_look()
    {
        var mapped = s_public.MapToIPv6();
        var own = new OutgoingConnections(allowLocal: false) { OwnAddresses = () => [s_public] };
        Assert.False(own.Allows(s_public));
        Assert.False(own.Allows(mapped));
        Assert.False(own.Allows(s_public.ToString()));
        Assert.True(own.NamesLocalMachine(new Uri($"http://{s_public}/")));
        Assert.True(new OutgoingConnections(allowLocal: true) { OwnAddresses = () => [s_public] }.Allows(s_public));
        Assert.True(new OutgoingConnections(allowLocal: false).Allows(s_public));
    }

    [Fact]
    public void Every_address_of_every_interface_is_refused()
    {
        var connections = new OutgoingConnections(allowLocal: false);
        var own = NetworkInterface
            .GetAllNetworkInterfaces()
            .SelectMany(each => each.GetIPProperties().UnicastAddresses)
            .Select(each => each.Address)
            .ToList();
        Assert.NotEmpty(own);
        Assert.DoesNotContain(own, connections.Allows);
    }

    [Theory]
    [InlineData("localhost", false)]
    [InlineData("LOCALHOST.", false)]
    [InlineData("api.localhost", false)]
    [InlineData("[::1]", false)]
    [InlineData("metadata.google.internal", false)]
    [InlineData("Metadata.Google.Internal.", false)]
    [InlineData("example.com", true)]
    public void Names_are_judged_before_they_are_resolved(string host, bool isAllowed) =>
        Assert.Equal(isAllowed, new OutgoingConnections(allowLocal: false).Allows(host));

    [Theory]
    [InlineData("metadata.google.internal")]
    [InlineData("instance-data.ec2.internal.")]
    [InlineData("169.254.169.254")]
    [InlineData("[fd00:ec2::254]")]
    [InlineData("100.100.100.200")]
    public void Metadata_services_are_refused_where_private_ones_are_allowed(string host) =>
        Assert.False(new OutgoingConnections(allowLocal: true).Allows(host));

    [Fact]
    public async Task A_name_that_changes_its_address_gains_nothing()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var asked = 0;
        var connections = new OutgoingConnections(allowLocal: false)
        {
            // Whoever asks first gets a public address; whoever connects gets this machine's.
            Resolve = (_, _) =>
                Task.FromResult<IPAddress[]>(asked++ == 0 ? [s_public] : [IPAddress.Loopback, IPAddress.Parse("::ffff:127.0.0.1")]),
        };
        Assert.Equal([s_public], await connections.Resolve("rebound.example", default));

        using var client = new HttpClient(connections.CreateHandler(TimeSpan.FromSeconds(10)));
        var address = new Uri($"http://rebound.example:{((IPEndPoint)listener.LocalEndpoint).Port}/");
        var failure = await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync(address));

        Assert.NotNull(AddressRefusedException.Among(failure));
        Assert.False(listener.Pending());
    }

    [Fact]
    public async Task Of_several_addresses_only_the_allowed_ones_are_tried()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var connections = new OutgoingConnections(allowLocal: true)
        {
            Resolve = (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Parse("169.254.169.254"), IPAddress.Loopback]),
        };
        using var client = new HttpClient(connections.CreateHandler(TimeSpan.FromMinutes(1)));
        var asking = client.GetAsync(new Uri($"http://both.example:{((IPEndPoint)listener.LocalEndpoint).Port}/"));
        using (var accepted = await listener.AcceptTcpClientAsync())
            await accepted.GetStream().WriteAsync("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"u8.ToArray());
        using var answer = await asking;
        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
    }

    [Fact]
    public void Nothing_else_chooses_the_address()
    {
        using var handler = new OutgoingConnections(allowLocal: true).CreateHandler(TimeSpan.FromSeconds(10));
        Assert.False(handler.UseProxy);
        Assert.False(handler.AllowAutoRedirect);
        Assert.False(handler.UseCookies);
    }

    [Theory]
    [InlineData("http://localhost:11434", true)]
    [InlineData("http://127.0.0.1:11434", true)]
    [InlineData("http://[::1]:11434", true)]
    [InlineData("http://192.168.1.5", true)]
    [InlineData("http://169.254.169.254", false)]
    [InlineData("https://api.openai.com", false)]
    public void Writing_a_private_address_literally_means_it(string url, bool isMeant) =>
        Assert.Equal(isMeant, new OutgoingConnections(allowLocal: false).NamesLocalMachine(new Uri(url)));
}
