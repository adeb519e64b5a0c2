using System.Reflection;
using Google.Protobuf.Reflection;
using Grpc.Core;

namespace Koda.Server.Http;

/// <summary>A generated service as its implementation's type leads to it.</summary>
/// <param name="Descriptor">What the contract says.</param>
/// <param name="Bind">Names each method to a binder.</param>
internal sealed record ServiceBinding(ServiceDescriptor Descriptor, Action<ServiceBinderBase> Bind)
{
    /// <summary>The binding; null when the type does not derive from a generated service base.</summary>
    public static ServiceBinding? Of(Type implementation)
    {
        if (implementation.GetCustomAttribute<BindServiceMethodAttribute>(inherit: true) is not { } bind)
            return null;
        var descriptor = (ServiceDescriptor)
            bind.BindType.GetProperty("Descriptor", BindingFlags.Public | BindingFlags.Static)!.GetValue(null)!;
        // There is another overload, which takes the instance alone.
        var method = bind
            .BindType.GetMethods(BindingFlags.Public | BindingFlags.Static)
            .Single(each => each.Name == bind.BindMethodName && each.GetParameters().Length == 2);
        return new ServiceBinding(descriptor, binder => method.Invoke(null, [binder, null]));
    }
}
