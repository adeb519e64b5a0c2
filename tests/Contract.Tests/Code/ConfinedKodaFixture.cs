using Koda.Testing.Hosting;
using Koda.Worker.Session;
using Xunit;

namespace Koda.Contract.Tests.Code;

/// <summary>
/// A server with a worker as <c>koda up</c> starts it: commands run in a sandbox, and the server's directory is kept from agents.
/// </summary>
public sealed class ConfinedKodaFixture : KodaFixture
{
    /// <inheritdoc/>
    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        Host.StartWorker(options => options with { Sandbox = true, UnconfinedCommands = false, PrivateDirectories = [Host.DataDirectory] });
    }
}

/// <summary>A test that needs a sandbox. Where none works it is reported as skipped, with the reason.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class ConfinedTheoryAttribute : TheoryAttribute
{
    private static readonly string? s_problem = Task.Run(WorkerHost.SandboxProblem).GetAwaiter().GetResult();

    public ConfinedTheoryAttribute() => Skip = s_problem is null ? null : $"No sandbox works here: {s_problem}";
}
