using Google.Api;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace Koda.Server.Http.OpenApi;

/// <summary>Tells Swashbuckle what the documents are made of: one for each name that the policies of the mapped services give.</summary>
/// <param name="methods">The mapped services.</param>
/// <param name="names">The names of operations and schemas.</param>
/// <param name="cookie">The name of the cookie that is a credential.</param>
internal sealed class DocumentSetup(MethodTable methods, DocumentNames names, string cookie) : IConfigureOptions<SwaggerGenOptions>
{
    public void Configure(SwaggerGenOptions options)
    {
        foreach (var document in OpenApiDocuments.NamesOf(methods))
            options.SwaggerDoc(document, new OpenApiInfo { Title = "Koda", Version = "v1" });
        options.AddServer(new OpenApiServer { Url = "/" });
        options.DocInclusionPredicate((document, call) => call.Binding()?.Method.ServicePolicy.Document == document);
        options.TagActionsBy(call => [names.Of(call.Binding()!.Method.Descriptor.Service)]);
        options.CustomOperationIds(call => names.Of(call.Binding()!.Method.Descriptor));
        options.OrderActionsBy(call => $"{call.RelativePath} {call.HttpMethod}");
        options.MapType<Timestamp>(() => new OpenApiSchema { Type = JsonSchemaType.String, Format = "date-time" });
        options.MapType<Duration>(() => new OpenApiSchema { Type = JsonSchemaType.String, Pattern = @"^-?\d+(\.\d{1,9})?s$" });
        options.MapType<ByteString>(() => new OpenApiSchema { Type = JsonSchemaType.String, ContentEncoding = "base64" });
        options.MapType<HttpBody>(() => new OpenApiSchema { Type = JsonSchemaType.String, Format = "binary" });
        options.AddSecurityDefinition(
            OperationSecurity.Bearer, new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer" });
        options.AddSecurityDefinition(
            OperationSecurity.Cookie,
            new OpenApiSecurityScheme { Type = SecuritySchemeType.ApiKey, In = ParameterLocation.Cookie, Name = cookie });
        options.SchemaFilter<FieldSchemas>();
        options.OperationFilter<OperationTexts>();
        options.OperationFilter<OperationHeaders>();
        options.OperationFilter<OperationExamples>();
        options.OperationFilter<OperationEnvelope>();
        options.OperationFilter<OperationFailures>();
        options.OperationFilter<OperationSecurity>();
        options.DocumentFilter<DocumentOrder>();
        options.DocumentFilter<DocumentTexts>();
    }
}
