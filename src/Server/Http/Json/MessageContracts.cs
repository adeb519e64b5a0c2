using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Koda.Server.Http.Json;

/// <summary>
/// What messages are in JSON: fields by their proto names in the order of their declaration, read by their JSON names too; those that are
/// not set left out, or null where the contract says so; nothing that is no field.
/// </summary>
internal sealed class MessageContracts : IJsonTypeInfoResolver
{
    private const BindingFlags Own = BindingFlags.NonPublic | BindingFlags.Static;

    public JsonTypeInfo? GetTypeInfo(Type type, JsonSerializerOptions options) =>
        typeof(IMessage).IsAssignableFrom(type)
        && !type.Namespace!.StartsWith("Google.Protobuf", StringComparison.Ordinal)
        && type.Namespace != "Google.Rpc"
            ? (JsonTypeInfo)typeof(MessageContracts).GetMethod(nameof(Create), Own)!.MakeGenericMethod(type).Invoke(null, [options])!
            : null;

    private static JsonTypeInfo<T> Create<T>(JsonSerializerOptions options) where T : class, IMessage<T>, new()
    {
        var contract = JsonTypeInfo.CreateJsonTypeInfo<T>(options);
        contract.CreateObject = static () => new T();
        contract.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
        var fields = new T().Descriptor.Fields.InDeclarationOrder();
        foreach (var field in fields)
            contract.Properties.Add(Property(typeof(T), field, field.Name, options));
        foreach (var field in fields.Where(field => fields.All(other => other.Name != field.JsonName)))
        {
            var alias = Property(typeof(T), field, field.JsonName, options);
            alias.ShouldSerialize = static (_, _) => false;
            contract.Properties.Add(alias);
        }
        return contract;
    }

    private static JsonPropertyInfo Property(Type message, FieldDescriptor field, string name, JsonSerializerOptions options)
    {
        var value = message.GetProperty(field.PropertyName)!.PropertyType;
        // Met here, an enum is known wherever its values stand.
        Scalars.Of(field.IsMap ? field.MessageType.Fields.InFieldNumberOrder()[1] : field);
        var kind =
            field.IsRepeated ? nameof(Collection)
            : value.IsValueType ? nameof(Value)
            : nameof(Reference);
        return (JsonPropertyInfo)
            typeof(MessageContracts).GetMethod(kind, Own)!.MakeGenericMethod(message, value).Invoke(null, [field, name, options])!;
    }

    private static JsonPropertyInfo Value<T, TValue>(FieldDescriptor field, string name, JsonSerializerOptions options)
        where T : class, IMessage<T>
        where TValue : struct
    {
        var (get, set) = Accessors<T, TValue>(field);
        return Property<T, TValue?>(
            field, name, options,
            field.HasPresence ? message => field.Accessor.HasValue((IMessage)message) ? get((T)message) : null : message => get((T)message),
            (message, value) =>
            {
                if (value is { } given)
                    set((T)message, given);
            });
    }

    private static JsonPropertyInfo Reference<T, TValue>(FieldDescriptor field, string name, JsonSerializerOptions options)
        where T : class, IMessage<T>
        where TValue : class
    {
        var (get, set) = Accessors<T, TValue>(field);
        var isRaw = Scalars.Policy(field) is { RawJson: true };
        return Property<T, TValue>(
            field,
            name,
            options,
            message =>
                field.HasPresence && !field.Accessor.HasValue((IMessage)message) ? null
                : get((T)message) is var value && isRaw && value is "" ? null
                : value,
            (message, value) =>
            {
                if (value is not null)
                    set((T)message, value);
            },
            isRaw ? new RawJson() : field.FieldType == FieldType.Message ? Scalars.Of(field) as JsonConverter : null);
    }

    private static JsonPropertyInfo Collection<T, TValue>(FieldDescriptor field, string name, JsonSerializerOptions options)
        where T : class, IMessage<T>
        where TValue : class
    {
        var get = typeof(T).GetProperty(field.PropertyName)!.GetMethod!.CreateDelegate<Func<T, TValue>>();
        // Elements are added to the list that is there; null leaves it as it is.
        var property = Property<T, TValue>(field, name, options, message => get((T)message), static (_, _) => { });
        property.ObjectCreationHandling = JsonObjectCreationHandling.Populate;
        return property;
    }

    private static JsonPropertyInfo Property<T, TValue>(
        FieldDescriptor field,
        string name,
        JsonSerializerOptions options,
        Func<object, TValue?> get,
        Action<object, TValue?> set,
        JsonConverter? converter = null)
    {
        var unset = field.Accessor.GetValue((IMessage)Activator.CreateInstance<T>()!);
        var values = new JsonPropertyInfoValues<TValue>
        {
            IsProperty = true,
            IsPublic = true,
            DeclaringType = typeof(T),
            PropertyName = field.PropertyName,
            JsonPropertyName = name,
            Getter = get,
            Setter = field.RealContainingOneof is { } oneof ? (message, value) => SetOne(oneof, message, value, set)
                : field.IsRepeated || field.JsonName == field.Name ? set
                : (message, value) => SetOnce(field, unset, message, value, set),
            IgnoreCondition = Scalars.Policy(field) is { WriteNull: true }
                ? JsonIgnoreCondition.Never
                : JsonIgnoreCondition.WhenWritingNull,
            Converter = converter as JsonConverter<TValue>,
        };
        return JsonMetadataServices.CreatePropertyInfo(options, values);
    }

    // The serializer knows of two names only that they are not the same.
    private static void SetOnce<TValue>(FieldDescriptor field, object? unset, object message, TValue? value, Action<object, TValue?> set)
    {
        var isGiven = field.HasPresence
            ? field.Accessor.HasValue((IMessage)message)
            : !Equals(field.Accessor.GetValue((IMessage)message), unset);
        if (value is not null && isGiven)
            throw new JsonException("is given twice");
        set(message, value);
    }

    private static void SetOne<TValue>(OneofDescriptor oneof, object message, TValue? value, Action<object, TValue?> set)
    {
        if (value is not null && oneof.Accessor.GetCaseFieldDescriptor((IMessage)message) is not null)
            throw new JsonException($"must not be given together with another field of {oneof.Name}");
        set(message, value);
    }

    private static (Func<T, TValue> Get, Action<T, TValue> Set) Accessors<T, TValue>(FieldDescriptor field)
    {
        var property = typeof(T).GetProperty(field.PropertyName)!;
        return (property.GetMethod!.CreateDelegate<Func<T, TValue>>(), property.SetMethod!.CreateDelegate<Action<T, TValue>>());
    }
}
