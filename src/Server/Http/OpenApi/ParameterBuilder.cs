using Google.Protobuf.Reflection;
using Koda.Protos.Common.V1;
using Koda.Server.Http.Rest;
using Microsoft.OpenApi;

namespace Koda.Server.Http.OpenApi;

/// <summary>Says what of a request stands in the path, the query and the headers.</summary>
internal sealed class ParameterBuilder(SchemaBuilder schemas)
{
    public IEnumerable<OpenApiParameter> Of(RestBinding binding, IReadOnlyList<string> pathNames)
    {
        var type = binding.Method.Descriptor.InputType;
        foreach (var (variable, name) in binding.Template.Variables.Zip(pathNames))
            yield return InPath(binding, variable, name);
        if (binding.Body != RestBinding.WholeBody)
        {
            var elsewhere = binding.Template.Variables.Select(variable => variable.Field).Append(binding.Body).ToHashSet();
            foreach (var parameter in InQuery(type, "", elsewhere, []))
                yield return parameter;
        }

        if (binding.Method.Policy.Idempotency == Idempotency.Header)
            yield return Header("Idempotency-Key", "Sent again with the same request, the key gives the first answer again and does nothing twice.");
        if (binding.Method.Policy.Sse is { ResumeField.Length: > 0 } sse)
            yield return Header("Last-Event-ID", $"Goes on after this event; wins over `{sse.ResumeField}`.");
    }

    private static OpenApiParameter Header(string name, string description) => new()
    {
        Name = name,
        In = ParameterLocation.Header,
        Description = description,
        Schema = new OpenApiSchema { Type = JsonSchemaType.String },
    };

    private static FieldDescriptor Find(MessageDescriptor type, string path)
    {
        var names = path.Split('.');
        foreach (var name in names.SkipLast(1))
            type = type.FindFieldByName(name).MessageType;
        return type.FindFieldByName(names[^1]);
    }

    private OpenApiParameter InPath(RestBinding binding, RouteVariable variable, string name)
    {
        var schema = schemas.Field(Find(binding.Method.Descriptor.InputType, variable.Field), isInput: true);
        if (PathText.Pattern(binding.Template, variable) is { } pattern && schema is OpenApiSchema plain)
            plain.Pattern = pattern;
        return new OpenApiParameter { Name = name, In = ParameterLocation.Path, Required = true, Description = Take(schema), Schema = schema };
    }

    private IEnumerable<OpenApiParameter> InQuery(
        MessageDescriptor type, string prefix, HashSet<string> elsewhere, HashSet<MessageDescriptor> parents)
    {
        if (!parents.Add(type))
            yield break;
        foreach (var field in type.Fields.InDeclarationOrder())
        {
            var name = prefix + field.Name;
            if (elsewhere.Contains(name) || field.IsMap)
                continue;
            if (field.FieldType != FieldType.Message || IsText(field.MessageType))
            {
                var schema = schemas.Field(field, isInput: true);
                yield return new OpenApiParameter { Name = name, In = ParameterLocation.Query, Description = Take(schema), Schema = schema };
            }
            else if (!field.IsRepeated && !WellKnownSchemas.IsWellKnown(field.MessageType))
            {
                foreach (var nested in InQuery(field.MessageType, name + ".", elsewhere, parents))
                    yield return nested;
            }
        }

        parents.Remove(type);
    }

    /// <summary>True for messages that one query parameter can carry.</summary>
    private static bool IsText(MessageDescriptor type) => WellKnownSchemas.Of(type) is
    {
        Type: JsonSchemaType.String or JsonSchemaType.Integer or JsonSchemaType.Number or JsonSchemaType.Boolean,
    };

    /// <summary>Moves the comment from the schema to the parameter.</summary>
    private static string? Take(IOpenApiSchema schema)
    {
        if (schema is not OpenApiSchema plain)
            return schema.Description;
        var comment = plain.Description;
        plain.Description = null;
        return comment;
    }
}
