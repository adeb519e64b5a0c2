using Google.Protobuf.Reflection;
using Koda.Protos.Common.V1;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.Hosting;

namespace Koda.Server.Http.Rest;

/// <summary>
/// Stops the start over what would fail with each request: two methods with one path, and policies that name what is no field. The
/// transcoder looks at the paths itself.
/// </summary>
internal sealed class ContractCheck(EndpointDataSource endpoints) : IHostedLifecycleService
{
    public Task StartedAsync(CancellationToken cancellationToken)
    {
        var served = endpoints
            .Endpoints.OfType<RouteEndpoint>()
            .Select(endpoint => (Endpoint: endpoint, Binding: endpoint.Metadata.GetMetadata<RestBinding>()!))
            .Where(each => each.Binding is not null)
            .ToList();
        RequireDistinct(served);
        foreach (
            var method in endpoints.Endpoints.Select(endpoint => endpoint.Metadata.GetMetadata<RpcMethod>()).OfType<RpcMethod>().Distinct())
            Require(method);
        return Task.CompletedTask;
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private static void RequireDistinct(IEnumerable<(RouteEndpoint Endpoint, RestBinding Binding)> served)
    {
        foreach (
            var claims in served
                .GroupBy(each => (Shape(each.Endpoint), each.Binding.Verb, each.Binding.Method.Type))
                .Where(claims => claims.Count() > 1))
        {
            throw new InvalidOperationException(
                $"These have the same path: {string.Join(" and ", claims.Select(each => $"{each.Binding.Method.FullName} ({each.Binding.Verb} {each.Binding.Template.Text})"))}."
            );
        }
    }

    // The names of parameters tell two paths apart for nobody.
    private static string Shape(RouteEndpoint endpoint) => string.Join('/', endpoint.RoutePattern.PathSegments.Select(segment =>
        string.Concat(segment.Parts.Select(part => part is RoutePatternLiteralPart literal ? literal.Content : "*"))));

    private static void Require(RpcMethod method)
    {
        var reply = method.Descriptor.OutputType;
        if (method.Policy.UnavailableUnless is { Length: > 0 } ready && reply.FindFieldByName(ready) is not { FieldType: FieldType.Bool })
            throw new InvalidOperationException($"{method.FullName}: {ready} is not a bool.");
        if (method.Policy.Idempotency == Idempotency.RequestId
            && method.Descriptor.InputType.FindFieldByName("request_id") is not { FieldType: FieldType.String, IsRepeated: false })
            throw new InvalidOperationException($"{method.FullName}: {method.Descriptor.InputType.FullName} has no string request_id.");
        if (method.Policy.Sse is not { } sse)
            return;
        RequireLine(reply, sse.EventField);
        RequireLine(reply, sse.IdField);
        if (sse.DataField.Length > 0
            && reply.FindFieldByName(sse.DataField) is null
            && reply.Oneofs.All(oneof => oneof.Name != sse.DataField))
            throw new InvalidOperationException($"{method.FullName}: {reply.FullName} has no field {sse.DataField}.");
        if (sse.ResumeField.Length > 0 && method.Descriptor.InputType.FindFieldByName(sse.ResumeField) is null)
            throw new InvalidOperationException(
                $"{method.FullName}: {method.Descriptor.InputType.FullName} has no field {sse.ResumeField}.");
    }

    /// <summary>Requires that a value can stand in a line of its own: the name or the id of an event.</summary>
    private static void RequireLine(MessageDescriptor type, string name)
    {
        if (name.Length > 0
            && type.FindFieldByName(name) is not { IsRepeated: false, FieldType: not (FieldType.Message or FieldType.Bytes) })
            throw new InvalidOperationException($"{type.FullName} has no field {name} that can be a line of a server-sent event.");
    }
}
