using AnnotationsExtensions = Google.Api.AnnotationsExtensions;
using HttpRule = Google.Api.HttpRule;

namespace Koda.Rpc.AspNetCore.Rest;

/// <summary>One HTTP rule of a method.</summary>
/// <param name="Method">The rpc.</param>
/// <param name="Verb">The HTTP method, in upper case.</param>
/// <param name="Template">The path.</param>
/// <param name="Body">The request field that is the body; <c>*</c>: the whole request; empty: no body.</param>
/// <param name="ResponseBody">The reply field that is the body; empty: the whole reply.</param>
internal sealed record RestBinding(RpcMethod Method, string Verb, RouteTemplate Template, string Body, string ResponseBody)
{
    public const string WholeBody = "*";

    /// <summary>Every rule of a method: its own, the additional ones, and its WebSocket path.</summary>
    public static IEnumerable<RestBinding> Of(RpcMethod method)
    {
        if (method.Policy.Websocket is { Length: > 0 } path) yield return new RestBinding(method, "GET", RouteTemplate.Parse(path), "", "");
        if (method.Descriptor.GetOptions()?.GetExtension(AnnotationsExtensions.Http) is not { } rule) yield break;

        yield return From(method, rule);
        foreach (var additional in rule.AdditionalBindings) yield return From(method, additional);
    }

    private static RestBinding From(RpcMethod method, HttpRule rule)
    {
        var (verb, path) = rule.PatternCase switch
        {
            HttpRule.PatternOneofCase.Get => ("GET", rule.Get),
            HttpRule.PatternOneofCase.Put => ("PUT", rule.Put),
            HttpRule.PatternOneofCase.Post => ("POST", rule.Post),
            HttpRule.PatternOneofCase.Delete => ("DELETE", rule.Delete),
            HttpRule.PatternOneofCase.Patch => ("PATCH", rule.Patch),
            HttpRule.PatternOneofCase.Custom => (rule.Custom.Kind.ToUpperInvariant(), rule.Custom.Path),
            _ => throw new InvalidOperationException($"{method.FullName} has an HTTP rule without a path."),
        };
        return new RestBinding(method, verb, RouteTemplate.Parse(path), rule.Body, rule.ResponseBody);
    }
}
