using System.Collections.Concurrent;

namespace Koda.Interop.Tests;

/// <summary>Notes the <c>grpc-encoding</c> of the responses that pass.</summary>
internal sealed class ResponseEncodings() : DelegatingHandler(new SocketsHttpHandler())
{
    private readonly ConcurrentQueue<string> _seen = new();

    public string? Last => _seen.LastOrDefault();

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await base.SendAsync(request, cancellationToken);
        _seen.Enqueue(response.Headers.TryGetValues("grpc-encoding", out var values) ? values.Single() : "identity");
        return response;
    }
}
