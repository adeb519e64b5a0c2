using Xunit;

namespace Koda.Contract.Tests.Telemetry;

/// <summary>
/// Metrics are a process's own: a server that ends in the same process as another ends the other's too. So these tests run with none beside
/// them.
/// </summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class TelemetryCollection
{
    /// <summary>What test classes name.</summary>
    public const string Name = "Telemetry";
}
