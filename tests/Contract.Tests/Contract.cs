using Google.Protobuf.Reflection;
using Koda.Protos.Common.V1;
using AnnotationsExtensions = Google.Api.AnnotationsExtensions;
using HttpRule = Google.Api.HttpRule;

namespace Koda.Contract.Tests;

/// <summary>Every rpc of the product, as the contract declares it.</summary>
internal static class Contract
{
    public static IReadOnlyList<MethodDescriptor> Methods { get; } =
    [
        .. typeof(PolicyReflection).Assembly.GetTypes()
            .Select(type => type.GetProperty("Descriptor"))
            .Where(property => property?.PropertyType == typeof(FileDescriptor))
            .Select(property => (FileDescriptor)property!.GetValue(null)!)
            .Where(file => file.Package.StartsWith("koda.", StringComparison.Ordinal))
            .SelectMany(file => file.Services)
            .SelectMany(service => service.Methods),
    ];

    public static MethodDescriptor Method(string fullName) => Methods.Single(method => method.FullName == fullName);

    public static MethodPolicy Policy(this MethodDescriptor method) => method.GetOptions().GetExtension(PolicyExtensions.Method);

    /// <summary>The field that REST takes from the body; <c>*</c>: all of them, empty: none.</summary>
    public static string Body(this MethodDescriptor method) => method.GetOptions()?.GetExtension(AnnotationsExtensions.Http)?.Body ?? "";

    /// <summary>The HTTP requests that reach the rpc: verb, path template, and whether it takes a body.</summary>
    public static IEnumerable<(HttpMethod Verb, string Path, bool HasBody)> Bindings(this MethodDescriptor method)
    {
        var rule = method.GetOptions()?.GetExtension(AnnotationsExtensions.Http);
        return rule is null ? [] : rule.AdditionalBindings.Prepend(rule).Select(Binding);
    }

    private static (HttpMethod Verb, string Path, bool HasBody) Binding(HttpRule rule) => rule.PatternCase switch
    {
        HttpRule.PatternOneofCase.Get => (HttpMethod.Get, rule.Get, false),
        HttpRule.PatternOneofCase.Put => (HttpMethod.Put, rule.Put, rule.Body.Length > 0),
        HttpRule.PatternOneofCase.Post => (HttpMethod.Post, rule.Post, rule.Body.Length > 0),
        HttpRule.PatternOneofCase.Delete => (HttpMethod.Delete, rule.Delete, false),
        HttpRule.PatternOneofCase.Patch => (HttpMethod.Patch, rule.Patch, rule.Body.Length > 0),
        _ => throw new InvalidOperationException($"{rule} has a pattern that no test here sends."),
    };
}
