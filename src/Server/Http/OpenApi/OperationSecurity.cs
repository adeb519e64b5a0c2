using System.Text.Json.Nodes;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace Koda.Server.Http.OpenApi;

/// <summary>Who may call a method, as its policy says.</summary>
internal sealed class OperationSecurity : IOperationFilter
{
    public const string Bearer = "bearer";
    public const string Cookie = "cookie";

    public void Apply(OpenApiOperation operation, OperationFilterContext context)
    {
        var policy = context.ApiDescription.Binding()!.Method.Policy;
        operation.Security = [];
        if (policy.Anonymous)
            return;
        List<string> scopes = [.. policy.Scopes.Order(StringComparer.Ordinal)];
        // One requirement of several is enough.
        foreach (var any in policy.AnyScopes.Order(StringComparer.Ordinal).DefaultIfEmpty(""))
        {
            List<string> needed = any.Length == 0 ? scopes : [.. scopes, any];
            foreach (var scheme in (string[])[Bearer, Cookie])
                operation.Security.Add(
                    new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(scheme, context.Document)] = needed });
        }

        // An empty requirement says that the credential is optional.
        if (policy.AnonymousOnLoopback)
            operation.Security.Add([]);
        if (scopes.Count == 0)
            return;
        operation.Extensions ??= new Dictionary<string, IOpenApiExtension>();
        operation.Extensions["x-required-scopes"] = new JsonNodeExtension(new JsonArray([.. scopes.Select(scope => (JsonNode)scope)]));
    }
}
