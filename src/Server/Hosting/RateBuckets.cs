using Google.Protobuf.Reflection;
using Koda.Protos.Common.V1;
using Koda.Protos.ControlPlane.V1;
using Koda.Protos.Runtime.V1;
using Koda.Server.Engine.RateLimits;

namespace Koda.Server.Hosting;

/// <summary>The buckets that the contract declares, and those that are of no single method.</summary>
internal static class RateBuckets
{
    /// <summary>The package whose calls are limited: who has to be quick calls the runtime API.</summary>
    public static string Package { get; } = AuthServiceReflection.Descriptor.Package;

    /// <summary>The package whose calls are limited where the owner sets a budget for them.</summary>
    public static string RuntimePackage { get; } = TaskServiceReflection.Descriptor.Package;

    public static IReadOnlyDictionary<string, RateBudget> All { get; } = Declared(AuthServiceReflection.Descriptor)
        .DistinctBy(bucket => bucket.Name)
        .Select(bucket => KeyValuePair.Create(bucket.Name, BudgetOf(bucket)))
        .Concat(RateLimitSettings.Defaults)
        .ToDictionary(StringComparer.Ordinal);

    public static RateBudget BudgetOf(RateBucket bucket) => new(bucket.Limit, TimeSpan.FromSeconds(bucket.WindowSeconds));

    private static IEnumerable<RateBucket> Declared(FileDescriptor file) => file.Services
        .SelectMany(service => service.Methods)
        .Select(method => method.GetOptions()?.GetExtension(PolicyExtensions.Method)?.RateBucket)
        .OfType<RateBucket>();
}
