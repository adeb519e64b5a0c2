using Google.Protobuf.Reflection;
using Microsoft.OpenApi;

namespace Koda.Server.Http.OpenApi;

/// <summary>The JSON forms of the types that protobuf itself brings.</summary>
internal static class WellKnownSchemas
{
    public static bool IsWellKnown(MessageDescriptor type) => Of(type) is not null;

    public static OpenApiSchema? Of(MessageDescriptor type) => type.FullName switch
    {
        "google.protobuf.Timestamp" => new OpenApiSchema { Type = JsonSchemaType.String, Format = "date-time" },
        "google.protobuf.Duration" => new OpenApiSchema { Type = JsonSchemaType.String, Pattern = @"^-?\d+(\.\d{1,9})?s$" },
        "google.protobuf.FieldMask" => new OpenApiSchema { Type = JsonSchemaType.String },
        "google.protobuf.Struct" => new OpenApiSchema { Type = JsonSchemaType.Object },
        "google.protobuf.ListValue" => new OpenApiSchema { Type = JsonSchemaType.Array, Items = new OpenApiSchema() },
        "google.protobuf.Value" => new OpenApiSchema(),
        "google.protobuf.Any" => new OpenApiSchema
        {
            Type = JsonSchemaType.Object,
            Properties = new Dictionary<string, IOpenApiSchema> { ["@type"] = new OpenApiSchema { Type = JsonSchemaType.String } },
            Required = new HashSet<string> { "@type" },
        },
        "google.api.HttpBody" => new OpenApiSchema { Type = JsonSchemaType.String, Format = "binary" },
        _ when type.File.Name == "google/protobuf/wrappers.proto" => ScalarSchemas.Of(type.Fields.InFieldNumberOrder()[0]),
        _ => null,
    };
}
