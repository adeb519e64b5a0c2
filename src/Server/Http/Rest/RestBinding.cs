using Google.Protobuf.Reflection;
using Koda.Server.Http.Json;
using AnnotationsExtensions = Google.Api.AnnotationsExtensions;
using HttpBody = Google.Api.HttpBody;
using HttpRule = Google.Api.HttpRule;

namespace Koda.Server.Http.Rest;

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
        if (method.Policy.Websocket is { Length: > 0 } path)
            yield return new RestBinding(method, "GET", RouteTemplate.Parse(path), "", "");
        if (method.Descriptor.GetOptions()?.GetExtension(AnnotationsExtensions.Http) is not { } rule)
            yield break;

        yield return From(method, rule);
        foreach (var additional in rule.AdditionalBindings)
            yield return From(method, additional);
    }

    /// <summary>The body is given to the method as it comes.</summary>
    public bool HasRawBody => IsRaw(Method.Descriptor.InputType, Body == WholeBody ? "" : Body);

    /// <summary>The body is JSON, also where the method gets it as it comes.</summary>
    public bool HasJsonBody =>
        !HasRawBody || (Body != WholeBody && Scalars.Policy(Method.Descriptor.InputType.FindFieldByName(Body)) is { RawJson: true });

    /// <summary>The reply is sent as the method gives it.</summary>
    public bool HasRawReply => IsRaw(Method.Descriptor.OutputType, ResponseBody);

    /// <summary>The member within which the reply is written; empty for none.</summary>
    public string EnvelopeOf(IDialect dialect) =>
        dialect.Envelope.Length == 0
        || HasRawReply
        || ResponseBody.Length > 0
        || Method.Descriptor.OutputType.FindFieldByName(dialect.Envelope) is not null
            ? ""
            : dialect.Envelope;

    private static bool IsRaw(MessageDescriptor type, string field) =>
        (
            field.Length == 0 ? type
            : type.FindFieldByName(field) is { FieldType: FieldType.Message } inner ? inner.MessageType
            : null) == HttpBody.Descriptor;

    public static RestBinding From(RpcMethod method, HttpRule rule)
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
