using Google.Protobuf.Reflection;
using Koda.Protos.Common.V1;
using AnnotationsExtensions = Google.Api.AnnotationsExtensions;

namespace Koda.House.Tests;

/// <summary>Every rpc of the product is decided: who may call it, how it is reached, and how it looks in use.</summary>
public sealed class ContractTests
{
    private static readonly IReadOnlyList<MethodDescriptor> s_methods = [.. typeof(PolicyReflection).Assembly.GetTypes()
        .Select(type => type.GetProperty("Descriptor"))
        .Where(property => property?.PropertyType == typeof(FileDescriptor))
        .Select(property => (FileDescriptor)property!.GetValue(null)!)
        .Where(file => file.Package.StartsWith("koda.", StringComparison.Ordinal))
        .SelectMany(file => file.Services)
        .SelectMany(service => service.Methods)];

    private static IEnumerable<MethodDescriptor> Rest => s_methods.Where(method => method.File.Package != "koda.worker.v1");

    [Fact]
    public void Every_rpc_has_a_policy()
    {
        Assert.NotEmpty(s_methods);
        Rule.Holds("Without an option (koda.common.v1.method) nobody knows who may call it.",
            s_methods.Where(method => Policy(method) is null).Select(method => method.FullName));
    }

    [Fact]
    public void Every_rpc_is_anonymous_or_needs_a_scope() => Rule.Holds(
        "An rpc without a scope is open to every credential.",
        s_methods.Where(method => Policy(method) is { Anonymous: false, Scopes.Count: 0 }).Select(method => method.FullName));

    [Fact]
    public void Every_service_has_a_dialect_and_a_document() => Rule.Holds(
        "A service declares (koda.common.v1.service) with its dialect, and a document when it is reached by REST.",
        s_methods.Select(method => method.Service).Distinct()
            .Where(service => service.GetOptions()?.GetExtension(PolicyExtensions.Service) is not { } policy || policy.Dialect.Length == 0
                || (policy.Document.Length == 0 && service.File.Package != "koda.worker.v1"))
            .Select(service => service.FullName));

    [Fact]
    public void Every_rpc_is_reached_by_HTTP_or_belongs_to_workers() => Rule.Holds(
        "A browser cannot call it.", Rest.Where(method => !Bindings(method).Any()).Select(method => method.FullName));

    [Fact]
    public void No_two_rpcs_have_the_same_route() => Rule.Holds(
        "Two rpcs answer at one route. Only a feed may share the path of its list.",
        Rest.SelectMany(method => Bindings(method).Select(route => (Route: HttpRoute.Shape(route), method)))
            .GroupBy(binding => (binding.Route, binding.method.IsServerStreaming))
            .Where(group => group.Count() > 1)
            .Select(group => $"{group.Key.Route}: {string.Join(", ", group.Select(binding => binding.method.FullName))}"));

    [Fact]
    public void Every_route_has_an_example()
    {
        var examples = SourceFile.Under("docs/http", "*.http").SelectMany(HttpRoute.Examples).ToList();
        Rule.Holds(
            "docs/http shows no request for it.",
            Rest.Where(method => !Bindings(method).Any(route => examples.Any(example => HttpRoute.Matches(route, example))))
                .Select(method => method.FullName));
    }

    [Fact]
    public void Every_error_reason_has_a_status_and_a_code() =>
        Rule.Holds(
            "A reason declares its gRPC code and its machine code.",
            ErrorReflection
                .Descriptor.EnumTypes.Single(type => type.Name == nameof(ErrorReason))
                .Values.Where(value =>
                    value.Number != 0 && value.GetOptions()?.GetExtension(ErrorExtensions.Error) is not { Grpc: > 0, Code.Length: > 0 })
                .Select(value => value.Name));

    private static MethodPolicy? Policy(MethodDescriptor method) => method.GetOptions()?.GetExtension(PolicyExtensions.Method);

    private static IEnumerable<string> Bindings(MethodDescriptor method)
    {
        var rule = method.GetOptions()?.GetExtension(AnnotationsExtensions.Http);
        return rule is null ? [] : rule.AdditionalBindings.Prepend(rule).Select(HttpRoute.Of);
    }
}
