namespace Koda.Testing.Hosting;

/// <summary>A server for one test class with a worker.</summary>
public sealed class WorkingKodaFixture : KodaFixture
{
    /// <inheritdoc/>
    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        Host.StartWorker();
    }
}
