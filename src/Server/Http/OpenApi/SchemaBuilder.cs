using System.Text.Json.Nodes;
using Google.Protobuf.Reflection;
using Koda.Protos.Common.V1;
using Koda.Server.Http.Json;
using Microsoft.OpenApi;

namespace Koda.Server.Http.OpenApi;

/// <summary>Makes the schemas of a document's messages as they are referred to.</summary>
internal sealed class SchemaBuilder(OpenApiDocument document, SchemaNames names, ProtoComments comments)
{
    /// <summary>A message as the body of a request or reply.</summary>
    public IOpenApiSchema Message(MessageDescriptor type, bool isInput)
    {
        if (WellKnownSchemas.Of(type) is { } wellKnown)
            return wellKnown;
        var name = names.Of(type, isInput);
        if (!document.Components!.Schemas!.ContainsKey(name))
        {
            var schema = new OpenApiSchema { Type = JsonSchemaType.Object, Description = NullIfEmpty(comments.Of(type)) };
            document.Components.Schemas.Add(name, schema);
            Fill(schema, type, isInput);
        }

        return new OpenApiSchemaReference(name, document);
    }

    /// <summary>A field's value, with the field's comment.</summary>
    public IOpenApiSchema Field(FieldDescriptor field, bool isInput)
    {
        var options = field.GetOptions()?.GetExtension(PolicyExtensions.Field);
        var schema = Shape(field, isInput);
        if (!isInput && (options?.WriteNull ?? false))
            schema = OrNull(schema);
        return Describe(schema, comments.Of(field));
    }

    private void Fill(OpenApiSchema schema, MessageDescriptor type, bool isInput)
    {
        schema.Properties = new Dictionary<string, IOpenApiSchema>();
        schema.Required = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var field in type.Fields.InDeclarationOrder())
        {
            schema.Properties[field.Name] = Field(field, isInput);
            if (!isInput && IsAlwaysWritten(field))
                schema.Required.Add(field.Name);
        }

        // Requests are read strictly: a field that is not declared is a fault.
        schema.AdditionalPropertiesAllowed = !isInput;
    }

    private IOpenApiSchema Shape(FieldDescriptor field, bool isInput)
    {
        if (field.IsMap)
        {
            var value = field.MessageType.Fields.InFieldNumberOrder()[1];
            return new OpenApiSchema { Type = JsonSchemaType.Object, AdditionalProperties = Value(value, field, isInput) };
        }

        var single = Value(field, field, isInput);
        return field.IsRepeated ? new OpenApiSchema { Type = JsonSchemaType.Array, Items = single } : single;
    }

    private IOpenApiSchema Value(FieldDescriptor field, FieldDescriptor declared, bool isInput) => field.FieldType switch
    {
        FieldType.Message => Message(field.MessageType, isInput),
        FieldType.Enum when field.EnumType.FullName == "google.protobuf.NullValue" => new OpenApiSchema { Type = JsonSchemaType.Null },
        FieldType.Enum => Enum(field.EnumType, isInput),
        FieldType.String when declared.GetOptions()?.GetExtension(PolicyExtensions.Field)?.RawJson ?? false => new OpenApiSchema(),
        _ => ScalarSchemas.Of(field),
    };

    private OpenApiSchemaReference Enum(EnumDescriptor type, bool isInput)
    {
        var name = names.Of(type, isInput);
        if (!document.Components!.Schemas!.ContainsKey(name))
        {
            var values = type.Values.DistinctBy(value => value.Number).ToArray();
            var meanings = values.Where(value => comments.Of(value).Length > 0)
                .Select(value => $"- `{EnumNames.Json(value)}`: {comments.Of(value)}");
            var description = new[] { comments.Of(type), string.Join('\n', meanings) }.Where(text => text.Length > 0);
            document.Components.Schemas.Add(name, new OpenApiSchema
            {
                Type = JsonSchemaType.String,
                Description = NullIfEmpty(string.Join("\n\n", description)),
                Enum = [.. values.Select(value => (JsonNode)EnumNames.Json(value))],
            });
        }

        return new OpenApiSchemaReference(name, document);
    }

    private static bool IsAlwaysWritten(FieldDescriptor field)
    {
        var options = field.GetOptions()?.GetExtension(PolicyExtensions.Field);
        if (options?.WriteNull ?? false)
            return true;
        return !field.HasPresence && !(options is { RawJson: true } && !field.IsRepeated);
    }

    private static OpenApiSchema OrNull(IOpenApiSchema schema) => schema switch
    {
        OpenApiSchema { Type: { } type } plain => WithType(plain, type | JsonSchemaType.Null),
        // A schema without a type takes null as it is.
        OpenApiSchema any => any,
        _ => new OpenApiSchema { AnyOf = [schema, new OpenApiSchema { Type = JsonSchemaType.Null }] },
    };

    private static OpenApiSchema WithType(OpenApiSchema schema, JsonSchemaType type)
    {
        schema.Type = type;
        return schema;
    }

    private static IOpenApiSchema Describe(IOpenApiSchema schema, string comment)
    {
        if (comment.Length == 0)
            return schema;
        schema.Description = comment;
        return schema;
    }

    private static string? NullIfEmpty(string text) => text.Length == 0 ? null : text;
}
