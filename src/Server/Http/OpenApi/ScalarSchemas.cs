using Google.Protobuf.Reflection;
using Microsoft.OpenApi;

namespace Koda.Server.Http.OpenApi;

/// <summary>The JSON forms of protobuf's scalars.</summary>
internal static class ScalarSchemas
{
    public static OpenApiSchema Of(FieldDescriptor field) => field.FieldType switch
    {
        FieldType.Bool => new OpenApiSchema { Type = JsonSchemaType.Boolean },
        FieldType.Int32 or FieldType.SInt32 or FieldType.SFixed32 => Whole("int32"),
        FieldType.UInt32 or FieldType.Fixed32 => Whole("uint32", minimum: "0"),
        FieldType.Int64 or FieldType.SInt64 or FieldType.SFixed64 => Whole("int64"),
        FieldType.UInt64 or FieldType.Fixed64 => Whole("uint64", minimum: "0"),
        FieldType.Float => new OpenApiSchema { Type = JsonSchemaType.Number, Format = "float" },
        FieldType.Double => new OpenApiSchema { Type = JsonSchemaType.Number, Format = "double" },
        FieldType.Bytes => new OpenApiSchema { Type = JsonSchemaType.String, ContentEncoding = "base64" },
        _ => new OpenApiSchema { Type = JsonSchemaType.String },
    };

    private static OpenApiSchema Whole(string format, string? minimum = null) =>
        new() { Type = JsonSchemaType.Integer, Format = format, Minimum = minimum };
}
