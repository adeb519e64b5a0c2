using System.Text.Json;
using Google.Protobuf.Reflection;
using Koda.Server.Http.Json;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace Koda.Server.Http.OpenApi;

/// <summary>The messages and enums of the contract as they are in JSON. All else is as the official package knows it.</summary>
internal sealed class ContractSchemas(ISerializerDataContractResolver official, DocumentNames names) : ISerializerDataContractResolver
{
    public DataContract GetDataContractForType(Type type)
    {
        if (names.MessageOf(type) is { } message)
            return DataContract.ForObject(type, message.Fields.InDeclarationOrder().Select(field => Property(field, Sent.Is(type))));
        if (names.EnumOf(type) is { } choices)
            return DataContract.ForPrimitive(type, DataType.String, null, value =>
                JsonSerializer.Serialize(EnumNames.Json(choices.FindValueByNumber((int)value))));
        return official.GetDataContractForType(type);
    }

    private static DataProperty Property(FieldDescriptor field, bool isSent) => isSent
        ? new DataProperty(field.Name, Sent.Of(field.JsonType()), field.IsNeeded())
        : new DataProperty(field.Name, field.JsonType(), field.IsAlwaysWritten());
}
