using Koda.Worker.Tools;
using Xunit;

namespace Koda.Worker.Tests.Tools;

/// <summary>The sandbox of this machine.</summary>
internal static class TestSandbox
{
    public static readonly Sandbox Here = Task.Run(() => Sandbox.Detect([])).GetAwaiter().GetResult();

    public static string? Why => Here.Missing is { } why ? $"No sandbox works here: {why}" : null;
}

/// <summary>A test that needs a sandbox. Where none works it is reported as skipped, with the reason.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class SandboxFactAttribute : FactAttribute
{
    public SandboxFactAttribute() => Skip = TestSandbox.Why;
}

/// <inheritdoc cref="SandboxFactAttribute"/>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class SandboxTheoryAttribute : TheoryAttribute
{
    public SandboxTheoryAttribute() => Skip = TestSandbox.Why;
}

/// <summary>A test of what only root can bring about. For others it is reported as skipped.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class RootFactAttribute : FactAttribute
{
    public RootFactAttribute() => Skip = Environment.UserName == "root" ? null : "Only root can give files to somebody else.";
}

/// <inheritdoc cref="RootFactAttribute"/>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class RootTheoryAttribute : TheoryAttribute
{
    public RootTheoryAttribute() => Skip = Environment.UserName == "root" ? null : "Only root can mount.";
}
