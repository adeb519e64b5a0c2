using System.Collections.Concurrent;
using System.Reflection;
using Microsoft.AspNetCore.Mvc.ApiExplorer;
using Microsoft.Extensions.Options;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace Koda.Server.Http.OpenApi;

/// <summary>The official generator of schemas, once for each document: the same type may have another name in the next one.</summary>
internal sealed class NamedSchemas(
    IOptionsFactory<SchemaGeneratorOptions> options, ISerializerDataContractResolver contracts, DocumentNames names) : ISchemaGenerator
{
    private readonly ConcurrentDictionary<string, SchemaGenerator> _byDocument = new(StringComparer.Ordinal);

    public IOpenApiSchema GenerateSchema(
        Type modelType,
        SchemaRepository schemaRepository,
        MemberInfo? memberInfo = null,
        ParameterInfo? parameterInfo = null,
        ApiParameterRouteInfo? routeInfo = null) =>
        _byDocument
            .GetOrAdd(schemaRepository.DocumentName, Create)
            .GenerateSchema(modelType, schemaRepository, memberInfo, parameterInfo, routeInfo);

    private SchemaGenerator Create(string document)
    {
        var own = options.Create(Options.DefaultName);
        own.SchemaIdSelector = type => names.Of(document, type);
        return new SchemaGenerator(own, contracts);
    }
}
