using Grpc.Core;
using Koda.Server.Http.Feeds;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Matching;

namespace Koda.Server.Http.Rest;

/// <summary>A page, a feed and a WebSocket may share a path: the request's headers choose.</summary>
internal sealed class FacePolicy : MatcherPolicy, IEndpointSelectorPolicy
{
    public override int Order => 100;

    public bool AppliesToEndpoints(IReadOnlyList<Endpoint> endpoints) =>
        endpoints.Count > 1 && endpoints.Any(endpoint => FaceOf(endpoint) is not null and not MethodType.Unary);

    public Task ApplyAsync(HttpContext httpContext, CandidateSet candidates)
    {
        var faces = Enumerable
            .Range(0, candidates.Count)
            .Where(candidates.IsValidCandidate)
            .Select(i => FaceOf(candidates[i].Endpoint))
            .ToHashSet();
        MethodType? chosen =
            httpContext.WebSockets.IsWebSocketRequest && faces.Contains(MethodType.DuplexStreaming) ? MethodType.DuplexStreaming
            : faces.Contains(MethodType.ServerStreaming)
            && (FeedFormat.IsAskedFor(httpContext.Request) || !faces.Contains(MethodType.Unary))
                ? MethodType.ServerStreaming
            : faces.Contains(MethodType.Unary) ? MethodType.Unary
            : null;
        for (var i = 0; chosen is not null && i < candidates.Count; i++)
        {
            if (FaceOf(candidates[i].Endpoint) is { } face && face != chosen)
                candidates.SetValidity(i, false);
        }
        return Task.CompletedTask;
    }

    private static MethodType? FaceOf(Endpoint endpoint) => endpoint.Metadata.GetMetadata<RestBinding>()?.Method.Type;
}
