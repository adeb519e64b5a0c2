using Google.Protobuf.Reflection;
using Koda.Protos.Common.V1;
using Koda.Server.Engine.RateLimits;
using Koda.Server.Surfaces;

namespace Koda.Server.Hosting;

/// <summary>The buckets that the contract declares, and that of refused calls.</summary>
internal static class RateBuckets
{
    public static IReadOnlyDictionary<string, RateBudget> All { get; } = ContractServices.All
        .SelectMany(Declared)
        .DistinctBy(bucket => bucket.Name)
        .ToDictionary(bucket => bucket.Name, BudgetOf, StringComparer.Ordinal)
        .Append(KeyValuePair.Create(RateLimitSettings.Refused, RateLimitSettings.UsualRefused))
        .ToDictionary(StringComparer.Ordinal);

    public static RateBudget BudgetOf(RateBucket bucket) => new(bucket.Limit, TimeSpan.FromSeconds(bucket.WindowSeconds));

    private static IEnumerable<RateBucket> Declared(ServiceDescriptor service) => service.Methods
        .Select(method => method.GetOptions()?.GetExtension(PolicyExtensions.Method)?.RateBucket)
        .Append(service.GetOptions()?.GetExtension(PolicyExtensions.Service)?.RateBucket)
        .OfType<RateBucket>();
}
