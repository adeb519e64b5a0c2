using System.Text.Json.Nodes;
using Google.Protobuf.Reflection;
using Koda.Server.Http.Rest;
using Microsoft.Extensions.Options;
using Microsoft.OpenApi;

namespace Koda.Server.Http.OpenApi;

/// <summary>
/// The OpenAPI 3.1 documents of the mapped services: one for each name that their policies give. The same contract gives the same bytes.
/// </summary>
internal sealed class OpenApiDocuments
{
    private readonly MethodTable _methods;
    private readonly DialectTable _dialects;
    private readonly OpenApiOptions _options;
    private readonly ProtoComments _comments;

    internal OpenApiDocuments(MethodTable methods, DialectTable dialects, IOptions<OpenApiOptions> options, ProtoComments comments)
    {
        _methods = methods;
        _dialects = dialects;
        _options = options.Value;
        _comments = comments;
    }

    /// <summary>The names of the documents, in order.</summary>
    public IReadOnlyList<string> Names =>
    [
        .. _methods.Methods.Select(method => method.ServicePolicy.Document)
            .Where(name => name.Length > 0).Distinct().Order(StringComparer.Ordinal),
    ];

    /// <summary>A document as indented JSON.</summary>
    /// <exception cref="KeyNotFoundException">No service has a document of this name.</exception>
    public async Task<string> RenderAsync(string name, CancellationToken cancellationToken)
    {
        if (!Names.Contains(name))
            throw new KeyNotFoundException($"There is no document {name}.");
        var json = await Build(name).SerializeAsJsonAsync(OpenApiSpecVersion.OpenApi3_1, cancellationToken);
        return json.ReplaceLineEndings("\n").TrimEnd() + "\n";
    }

    /// <summary>Writes every document to <c>NAME.json</c> in the folder, which is made when missing.</summary>
    /// <returns>The files.</returns>
    public async Task<IReadOnlyList<string>> WriteAsync(string folder, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder);
        var files = new List<string>();
        foreach (var name in Names)
        {
            files.Add(Path.Combine(folder, name + ".json"));
            await File.WriteAllTextAsync(files[^1], await RenderAsync(name, cancellationToken), cancellationToken);
        }

        return files;
    }

    private OpenApiDocument Build(string name)
    {
        var bindings = _methods.Methods
            .Where(method => method.ServicePolicy.Document == name)
            .OrderBy(method => method.FullName, StringComparer.Ordinal)
            .SelectMany(RestBinding.Of)
            .ToArray();
        var methods = bindings.Select(binding => binding.Method.Descriptor).ToArray();
        var tags = UniqueNames.Assign(methods.Select(method => method.Service));
        var document = Empty(tags);
        var names = new SchemaNames(methods.Select(method => method.InputType), methods.Select(method => method.OutputType));
        var schemas = new SchemaBuilder(document, names, _comments);
        var operations = new OperationBuilder(document, schemas, tags, _comments, _dialects, _options.Cookie is not null);
        AddPaths(document, bindings, operations, UniqueNames.Assign(methods));
        return document;
    }

    private OpenApiDocument Empty(Dictionary<IDescriptor, string> tags) => new()
    {
        Info = new OpenApiInfo { Title = _options.Title, Version = _options.Version },
        Servers = [new OpenApiServer { Url = "/" }],
        Paths = [],
        Components = new OpenApiComponents
        {
            Schemas = new SortedDictionary<string, IOpenApiSchema>(StringComparer.Ordinal),
            SecuritySchemes = SecuritySchemes(),
        },
        Tags = new SortedSet<OpenApiTag>(
            tags.Select(tag => new OpenApiTag { Name = tag.Value, Description = Comment(tag.Key) }),
            Comparer<OpenApiTag>.Create((a, b) => string.CompareOrdinal(a.Name, b.Name))),
    };

    private string? Comment(IDescriptor declaration) => _comments.Of(declaration) is { Length: > 0 } text ? text : null;

    private SortedDictionary<string, IOpenApiSecurityScheme> SecuritySchemes()
    {
        var schemes = new SortedDictionary<string, IOpenApiSecurityScheme>(StringComparer.Ordinal)
        {
            [OperationBuilder.Bearer] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer" },
        };
        if (_options.Cookie is { } cookie)
        {
            schemes[OperationBuilder.Cookie] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.ApiKey,
                In = ParameterLocation.Cookie,
                Name = cookie,
            };
        }

        return schemes;
    }

    private static void AddPaths(
        OpenApiDocument document, RestBinding[] bindings, OperationBuilder operations, Dictionary<IDescriptor, string> names)
    {
        var texts = new PathText();
        var ids = new HashSet<string>(StringComparer.Ordinal);
        var byPath = bindings
            .OrderBy(binding => binding.Template.Text.Length)
            .ThenBy(binding => binding.Template.Text, StringComparer.Ordinal)
            .Select(binding => (Text: texts.Of(binding.Template), Binding: binding))
            .GroupBy(entry => entry.Text.Path)
            .OrderBy(path => path.Key, StringComparer.Ordinal);
        foreach (var path in byPath)
        {
            var item = new OpenApiPathItem();
            foreach (var verb in path.GroupBy(entry => entry.Binding.Verb).OrderBy(verb => verb.Key, StringComparer.Ordinal))
            {
                var entries = verb.OrderBy(entry => entry.Binding.Method.Type).ToArray();
                var (text, binding) = entries[0];
                var operation = operations.Build(binding, text.Names, UniqueId(ids, names[binding.Method.Descriptor]));
                foreach (var (_, feed) in entries.Skip(1))
                    operations.Merge(operation, feed, text.Names);
                operation.Responses = Sorted(operation.Responses!);
                Add(item, verb.Key, operation);
            }

            document.Paths.Add(path.Key, item);
        }
    }

    private static void Add(OpenApiPathItem item, string verb, OpenApiOperation operation)
    {
        if (verb is "GET" or "PUT" or "POST" or "PATCH" or "DELETE" or "HEAD" or "OPTIONS" or "TRACE")
            item.AddOperation(HttpMethod.Parse(verb), operation);
        else
        {
            // OpenAPI 3.1 has no place for methods of one's own.
            item.Extensions ??= new Dictionary<string, IOpenApiExtension>();
            item.Extensions["x-" + verb.ToLowerInvariant()] = new JsonNodeExtension(new JsonObject { ["operationId"] = operation.OperationId });
        }
    }

    private static OpenApiResponses Sorted(OpenApiResponses responses)
    {
        var sorted = new OpenApiResponses();
        foreach (var (status, response) in responses.OrderBy(entry => entry.Key, StringComparer.Ordinal))
            sorted.Add(status, response);
        return sorted;
    }

    /// <summary>The second and later paths of a method are numbered.</summary>
    private static string UniqueId(HashSet<string> ids, string name)
    {
        var id = name;
        for (var number = 2; !ids.Add(id); number++)
            id = $"{name}{number}";
        return id;
    }
}
