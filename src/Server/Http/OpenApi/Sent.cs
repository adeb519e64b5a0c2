using Google.Protobuf;

namespace Koda.Server.Http.OpenApi;

/// <summary>Stands for a message as clients send it, where the message's own type stands for what is sent to them.</summary>
internal abstract class Sent<TMessage>
    where TMessage : IMessage;

internal static class Sent
{
    /// <summary>The type that stands for what clients send where they are sent the given one.</summary>
    public static Type Of(Type type) =>
        IsContracts(type) ? typeof(Sent<>).MakeGenericType(type)
        : type.IsGenericType ? type.GetGenericTypeDefinition().MakeGenericType([.. type.GetGenericArguments().Select(Of)])
        : type;

    public static bool Is(Type type) => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Sent<>);

    /// <summary>The type of the message, whichever way it goes.</summary>
    public static Type Message(Type type) => Is(type) ? type.GetGenericArguments()[0] : type;

    private static bool IsContracts(Type type) =>
        typeof(IMessage).IsAssignableFrom(type) && !type.Namespace!.StartsWith("Google.", StringComparison.Ordinal);
}
