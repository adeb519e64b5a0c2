using System.Net.Sockets;
using System.Security.Authentication;
using Grpc.Core;

namespace Koda.Client.Calls;

/// <summary>
/// Why a call never came to a Koda server, in words. The channel has one status for most of it, and names exceptions of .NET.
/// </summary>
internal static class Unreached
{
    private const string NotGrpc = "Bad gRPC response.";
    private const string Distrust = "RemoteCertificate";

    /// <summary>What to say, with the machine code; null when a Koda server answered.</summary>
    public static (string Code, string Message, string? Hint)? Of(RpcException error)
    {
        var cause = error.Status.DebugException;
        if (Inner<SocketException>(cause) is { } socket)
        {
            return socket.SocketErrorCode is SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain
                ? ("server.unknown_host", "The name of the server is not known here.", "Check the address.")
                : ("server.unreachable", $"No Koda server answers: {socket.Message}.", null);
        }

        if (Inner<AuthenticationException>(cause) is { } tls)
        {
            return tls.Message.Contains(Distrust, StringComparison.Ordinal)
                ? ("server.certificate", $"The server's certificate is not trusted: {tls.Message}.",
                    "Trust its authority on this machine, or use the name that it was made for.")
                : ("server.no_tls", "What answers there does not speak TLS.", "Is the address meant to begin with http:// ?");
        }

        // It took the connection and said what is none of gRPC, or nothing.
        if (cause is HttpRequestException || error.Status.Detail.StartsWith(NotGrpc, StringComparison.Ordinal))
        {
            return ("server.not_koda", "What answers there is no Koda server, or a proxy that does not pass gRPC on.",
                "Check the address, and that HTTP/2 is passed on up to the server.");
        }

        return error.StatusCode == StatusCode.Unavailable
            ? ("server.unreachable", $"No Koda server answers: {error.Status.Detail}", null)
            : null;
    }

    private static T? Inner<T>(Exception? outer) where T : Exception
    {
        while (outer is not null and not T)
            outer = outer.InnerException;
        return outer as T;
    }
}
