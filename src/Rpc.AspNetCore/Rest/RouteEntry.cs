using Grpc.Core;

namespace Koda.Rpc.AspNetCore.Rest;

/// <summary>What one HTTP method does at one path. A unary reply, a feed and a WebSocket may share it: the request's headers choose.</summary>
internal sealed class RouteEntry
{
    public RestBinding? Unary { get; private set; }

    public RestBinding? Feed { get; private set; }

    public RestBinding? Socket { get; private set; }

    /// <exception cref="InvalidOperationException">Another method of the same kind has this path.</exception>
    public void Add(RestBinding binding)
    {
        var taken = binding.Method.Type switch
        {
            MethodType.Unary => Unary,
            MethodType.ServerStreaming => Feed,
            _ => Socket,
        };
        if (taken is not null)
        {
            var claim = $"{binding.Method.FullName} ({binding.Verb} {binding.Template.Text})";
            throw new InvalidOperationException($"{claim} and {taken.Method.FullName} ({taken.Template.Text}) have the same path.");
        }

        switch (binding.Method.Type)
        {
            case MethodType.Unary:
                Unary = binding;
                break;
            case MethodType.ServerStreaming:
                Feed = binding;
                break;
            case MethodType.DuplexStreaming:
                Socket = binding;
                break;
            default:
                throw new InvalidOperationException($"{binding.Method.FullName} is {binding.Method.Type}, which has no REST face.");
        }
    }
}
