using Grpc.AspNetCore.Server;
using Grpc.Core;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Grpc.JsonTranscoding;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Koda.Server.Http.Rest;

/// <summary>Makes of the endpoints of a service what the contract says of its methods.</summary>
internal static class RestEndpoints
{
    private static readonly AllowAnonymousAttribute s_anonymous = new();

    public static void Teach(EndpointBuilder endpoint, MethodTable methods)
    {
        if (endpoint.Metadata.OfType<GrpcMethodMetadata>().LastOrDefault() is not { } grpc
            || !methods.TryFind(grpc.Method.FullName, out var method))
            return;
        endpoint.Metadata.Add(method);
        endpoint.Metadata.Add(
            method.Policy.Anonymous ? s_anonymous : ScopeRequirement.PolicyOf(method.Policy.Scopes, method.Policy.AnyScopes));
        if (endpoint.Metadata.OfType<GrpcJsonTranscodingMetadata>().LastOrDefault() is not { } transcoding)
            return;
        var binding = RestBinding.From(method, transcoding.HttpRule);
        endpoint.Metadata.Add(binding);
        if (binding.Verb == HttpMethods.Get && method.Type == MethodType.Unary)
            endpoint.Metadata.Add(new HttpMethodMetadata([HttpMethods.Get, HttpMethods.Head]));
        var transcoder = endpoint.RequestDelegate!;
        endpoint.RequestDelegate = http => http.RequestServices.GetRequiredService<RestCalls>().Serve(http, binding, transcoder);
    }
}
