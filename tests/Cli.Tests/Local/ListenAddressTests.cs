using System.Net;
using System.Net.Sockets;
using Koda.Cli.Local;

namespace Koda.Cli.Tests.Local;

public sealed class ListenAddressTests
{
    [Theory]
    [InlineData("http://0.0.0.0:8090", "http://127.0.0.1:8090/")]
    [InlineData("http://[::]:8090", "http://[::1]:8090/")]
    [InlineData("http://192.0.2.7:80", "http://192.0.2.7/")]
    public void Clients_of_this_machine_reach_a_server_that_listens_everywhere(string listen, string client) =>
        Assert.Equal(client, ListenAddress.ForClients(ListenAddress.Parse(listen)).ToString());

    [Theory]
    [InlineData("8090")]
    [InlineData("https://127.0.0.1:8090")]
    [InlineData("http://127.0.0.1:8090/koda")]
    public void Anything_but_an_address_is_wrong_usage(string text) =>
        Assert.Equal(ExitCode.Usage, Assert.Throws<CliException>(() => ListenAddress.Parse(text)).ExitCode);

    [Fact]
    public void A_taken_port_is_named_with_a_way_out()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;

        var error = Assert.Throws<CliException>(() => ListenAddress.RequireFree(new Uri($"http://127.0.0.1:{port}")));

        Assert.Equal("port.taken", error.Code);
        Assert.Contains($"{port}", error.Message);
        Assert.Contains("--listen", error.Hint);
    }
}
