using System.Globalization;
using System.Text.Json.Nodes;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Koda.Server.Http.Feeds;
using Koda.Server.Http.Rest;
using Microsoft.OpenApi;
using HttpBody = Google.Api.HttpBody;

namespace Koda.Server.Http.OpenApi;

/// <summary>Makes the operation of one HTTP rule.</summary>
internal sealed class OperationBuilder(
    OpenApiDocument document, SchemaBuilder schemas, Dictionary<IDescriptor, string> tags, ProtoComments comments, DialectTable dialects,
    bool hasCookie)
{
    public const string Bearer = "bearer";
    public const string Cookie = "cookie";

    private readonly ParameterBuilder _parameters = new(schemas);

    public OpenApiOperation Build(RestBinding binding, IReadOnlyList<string> pathNames, string id)
    {
        var method = binding.Method;
        var (summary, description) = comments.Split(method.Descriptor);
        var operation = new OpenApiOperation
        {
            OperationId = id,
            Summary = summary.Length > 0 ? summary : null,
            Description = description.Length > 0 ? description : null,
            Tags = new HashSet<OpenApiTagReference> { new(tags[method.Descriptor.Service], document) },
            Parameters = [.. _parameters.Of(binding, pathNames)],
            RequestBody = Body(binding),
            Responses = new OpenApiResponses(),
        };
        AddReplies(operation.Responses, binding);
        AddFailures(operation.Responses, method);
        AddSecurity(operation, method);
        if (method.Type == MethodType.DuplexStreaming)
            AddSocket(operation, method.Descriptor);
        return operation;
    }

    /// <summary>Adds the feed that shares a path with a unary reply.</summary>
    public void Merge(OpenApiOperation operation, RestBinding feed, IReadOnlyList<string> pathNames)
    {
        var known = operation.Parameters!.Select(parameter => parameter.Name).ToHashSet();
        foreach (var parameter in _parameters.Of(feed, pathNames).Where(parameter => known.Add(parameter.Name)))
            operation.Parameters!.Add(parameter);
        var (summary, _) = comments.Split(feed.Method.Descriptor);
        var note = $"With `Accept: {FeedFormat.Sse}` or `{FeedFormat.Ndjson}` ({feed.Method.Descriptor.Name}): {summary}";
        operation.Description = operation.Description is null ? note : operation.Description + "\n\n" + note;
        foreach (var (status, reply) in Replies(feed))
        {
            if (operation.Responses!.TryGetValue(status, out var existing) && existing.Content is { } content)
            {
                foreach (var (type, media) in reply.Content ?? new Dictionary<string, IOpenApiMediaType>())
                    content.TryAdd(type, media);
            }
            else
                operation.Responses.TryAdd(status, reply);
        }
    }

    private static void AddSocket(OpenApiOperation operation, MethodDescriptor method)
    {
        operation.Extensions ??= new Dictionary<string, IOpenApiExtension>();
        operation.Extensions["x-websocket"] = new JsonNodeExtension(new JsonObject
        {
            ["client"] = method.InputType.FullName,
            ["server"] = method.OutputType.FullName,
        });
    }

    private OpenApiRequestBody? Body(RestBinding binding)
    {
        if (binding.Body.Length == 0)
            return null;
        var type = binding.Method.Descriptor.InputType;
        var field = binding.Body == RestBinding.WholeBody ? null : type.FindFieldByName(binding.Body);
        var schema = field is null ? schemas.Message(type, isInput: true) : schemas.Field(field, isInput: true);
        if (binding is { HasRawBody: true, HasJsonBody: true })
            schema = new OpenApiSchema { Description = (schema as OpenApiSchema)?.Description };
        return new OpenApiRequestBody { Content = Content(binding.HasJsonBody ? RequestBody.Json : "*/*", schema) };
    }

    private void AddReplies(OpenApiResponses responses, RestBinding binding)
    {
        foreach (var (status, reply) in Replies(binding))
            responses.Add(status, reply);
    }

    private IEnumerable<(string Status, OpenApiResponse Reply)> Replies(RestBinding binding)
    {
        var policy = binding.Method.Policy;
        if (binding.Method.Type == MethodType.DuplexStreaming)
        {
            yield return ("101", new OpenApiResponse { Description = "A WebSocket: text frames are messages as JSON, binary frames as protobuf." });
            yield break;
        }

        var status = (policy.SuccessStatus == 0 ? 200 : policy.SuccessStatus).ToString(CultureInfo.InvariantCulture);
        yield return status == "204"
            ? (status, new OpenApiResponse { Description = "Done." })
            : (status, new OpenApiResponse { Description = "Success.", Content = ReplyContent(binding) });
        if (policy.NoContentWhenEmpty)
            yield return ("204", new OpenApiResponse { Description = "There is nothing." });
        else if (binding.Method.Type == MethodType.ServerStreaming)
            yield return ("204", new OpenApiResponse { Description = "The feed is complete and holds nothing after the given event." });
        if (policy.UnavailableUnless.Length > 0)
            yield return ("503", new OpenApiResponse { Description = $"`{policy.UnavailableUnless}` is false.", Content = ReplyContent(binding) });
    }

    private Dictionary<string, IOpenApiMediaType> ReplyContent(RestBinding binding)
    {
        var type = binding.Method.Descriptor.OutputType;
        var field = binding.ResponseBody.Length == 0 ? null : type.FindFieldByName(binding.ResponseBody);
        var schema = field is null ? schemas.Message(type, isInput: false) : schemas.Field(field, isInput: false);
        if (binding.Method.Type == MethodType.Unary)
            return Content(type == HttpBody.Descriptor ? "*/*" : RequestBody.Json, schema);

        var data = binding.Method.Policy.Sse is { DataField.Length: > 0 } sse ? EventData(type, sse.DataField) : schema;
        var content = Content(FeedFormat.Sse, data);
        content.Add(FeedFormat.Ndjson, new OpenApiMediaType { Schema = schema });
        return content;
    }

    private IOpenApiSchema EventData(MessageDescriptor type, string name) => type.Oneofs.SingleOrDefault(oneof => oneof.Name == name) is { } oneof
        ? new OpenApiSchema { AnyOf = [.. oneof.Fields.Select(field => schemas.Field(field, isInput: false))] }
        : schemas.Field(type.FindFieldByName(name), isInput: false);

    private void AddFailures(OpenApiResponses responses, RpcMethod method)
    {
        var content = Content(RequestBody.Json, ErrorSchema(dialects.Of(method)));
        responses.TryAdd("400", new OpenApiResponse { Description = "The request is malformed, or has faults: all are named.", Content = content });
        if (!method.Policy.Anonymous)
        {
            responses.TryAdd("401", new OpenApiResponse { Description = "There is no valid credential.", Content = content });
            responses.TryAdd("403", new OpenApiResponse { Description = "The credential lacks a scope.", Content = content });
        }

        if (method.Policy.RateBucket is { } bucket)
        {
            var text = $"More than {bucket.Limit} calls in {bucket.WindowSeconds} seconds; `Retry-After` says when to come back.";
            responses.TryAdd("429", new OpenApiResponse { Description = text, Content = content });
        }

        responses.TryAdd("default", new OpenApiResponse { Description = "The call failed.", Content = content });
    }

    private OpenApiSchemaReference ErrorSchema(IDialect dialect)
    {
        var name = char.ToUpperInvariant(dialect.Name[0]) + dialect.Name[1..] + "Error";
        document.Components!.Schemas!.TryAdd(name, dialect.ErrorSchema);
        return new OpenApiSchemaReference(name, document);
    }

    private void AddSecurity(OpenApiOperation operation, RpcMethod method)
    {
        operation.Security = [];
        if (method.Policy.Anonymous)
            return;
        List<string> scopes = [.. method.Policy.Scopes.Order(StringComparer.Ordinal)];
        // One requirement of several is enough.
        foreach (var any in method.Policy.AnyScopes.Order(StringComparer.Ordinal).DefaultIfEmpty(""))
        {
            List<string> needed = any.Length == 0 ? scopes : [.. scopes, any];
            operation.Security.Add(new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(Bearer, document)] = needed });
            if (hasCookie)
                operation.Security.Add(new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(Cookie, document)] = needed });
        }

        // An empty requirement says that the credential is optional.
        if (method.Policy.AnonymousOnLoopback)
            operation.Security.Add([]);
        if (scopes.Count == 0)
            return;
        operation.Extensions ??= new Dictionary<string, IOpenApiExtension>();
        operation.Extensions["x-required-scopes"] = new JsonNodeExtension(new JsonArray([.. scopes.Select(scope => (JsonNode)scope)]));
    }

    private static Dictionary<string, IOpenApiMediaType> Content(string type, IOpenApiSchema schema) =>
        new() { [type] = new OpenApiMediaType { Schema = schema } };
}
