using Google.Protobuf.Reflection;
using Koda.Server.Http.Json;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace Koda.Server.Http.OpenApi;

/// <summary>The comments of services, messages and enums.</summary>
internal sealed class DocumentTexts(DocumentNames names, ProtoComments comments) : IDocumentFilter
{
    public void Apply(OpenApiDocument document, DocumentFilterContext context)
    {
        foreach (var (name, schema) in context.SchemaRepository.Schemas)
        {
            if (names.Described(context.DocumentName, name) is { } declaration && TextOf(declaration) is { Length: > 0 } text)
                schema.Description = text;
        }

        var services = context.ApiDescriptions.Select(call => call.Binding()!.Method.Descriptor.Service).Distinct();
        document.Tags = services.Select(service => new OpenApiTag { Name = names.Of(service), Description = comments.Of(service) })
            .OrderBy(tag => tag.Name, StringComparer.Ordinal).ToHashSet();
    }

    private string TextOf(IDescriptor declaration)
    {
        if (declaration is not EnumDescriptor choices)
            return comments.Of(declaration);
        var meanings = choices.Values.DistinctBy(value => value.Number).Where(value => comments.Of(value).Length > 0)
            .Select(value => $"- `{EnumNames.Json(value)}`: {comments.Of(value)}");
        return string.Join("\n\n", new[] { comments.Of(choices), string.Join('\n', meanings) }.Where(text => text.Length > 0));
    }
}
