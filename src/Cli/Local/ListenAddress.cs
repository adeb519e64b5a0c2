using System.Net;
using System.Net.Sockets;
using Koda.Client;

namespace Koda.Cli.Local;

/// <summary>The address on which a server listens, and the one by which this machine reaches it.</summary>
internal static class ListenAddress
{
    public static string Default => KodaClientOptions.DefaultUrl.GetLeftPart(UriPartial.Authority);

    public static Uri Parse(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url)
        && url.Scheme == Uri.UriSchemeHttp
        && url.AbsolutePath == "/"
        && url.Query.Length == 0
            ? url
            : throw new CliException(
                $"--listen takes an address like http://127.0.0.1:8090, not '{text}'.",
                ExitCode.Usage,
                code: "cli.usage");

    /// <summary>A server that listens on every address is reached by loopback.</summary>
    public static Uri ForClients(Uri listen) => listen.Host is "0.0.0.0" or "[::]"
        ? new UriBuilder(listen) { Host = listen.Host == "[::]" ? "[::1]" : "127.0.0.1" }.Uri
        : listen;

    /// <exception cref="CliException">Another program listens there, or this machine does not have the address.</exception>
    public static void RequireFree(Uri listen)
    {
        var address = IPAddress.TryParse(listen.Host.Trim('[', ']'), out var ip) ? ip : IPAddress.Loopback;
        using var probe = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            probe.Bind(new IPEndPoint(address, listen.Port));
        }
        catch (SocketException e)
        {
            var place = listen.GetLeftPart(UriPartial.Authority);
            throw e.SocketErrorCode switch
            {
                SocketError.AddressAlreadyInUse => new CliException(
                    $"{place} is taken by another program.",
                    ExitCode.Address,
                    $"Stop that, or choose another address: --listen http://{listen.Host}:{listen.Port + 1}",
                    "port.taken"),
                SocketError.AccessDenied => new CliException(
                    $"This user may not listen on {place}.",
                    ExitCode.Address,
                    "Ports below 1024 are for root: choose another one with --listen.",
                    "port.refused"),
                SocketError.AddressNotAvailable => new CliException(
                    $"This machine does not have the address of {place}.",
                    ExitCode.Address,
                    "Choose one of its own with --listen; http://0.0.0.0:8090 is all of them.",
                    "port.no_address"),
                _ => new CliException(
                    $"Cannot listen on {place}: {e.Message}.",
                    ExitCode.Address,
                    "Choose another address with --listen.",
                    "port.refused"),
            };
        }
    }
}
