using System.Reflection;
using Google.Protobuf.Reflection;
using Koda.Protos.Common.V1;

namespace Koda.Server.Surfaces;

/// <summary>The services of the contract.</summary>
internal static class ContractServices
{
    private const string OfFile = "Reflection";

    public static IEnumerable<ServiceDescriptor> All => typeof(MethodPolicy).Assembly.GetTypes()
        .Where(type => type.Name.EndsWith(OfFile, StringComparison.Ordinal))
        .Select(type => type.GetProperty("Descriptor", BindingFlags.Public | BindingFlags.Static)?.GetValue(null) as FileDescriptor)
        .SelectMany(file => file?.Services ?? []);
}
