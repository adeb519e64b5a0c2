using System.Runtime.CompilerServices;
using PublicApiGenerator;

namespace Koda.Client.Tests;

/// <summary>
/// What the package Koda.Client offers is written down in <c>src/Client/api.txt</c>, so that nothing which others compile against changes
/// unnoticed. After a change that is meant: <c>KODA_WRITE_API=1 dotnet test tests/Client.Tests --filter ApiTests</c> writes the file anew.
/// </summary>
public sealed class ApiTests
{
    [Fact]
    public void The_public_interface_is_the_one_that_is_written_down()
    {
        var options = new ApiGeneratorOptions
        {
            IncludeAssemblyAttributes = false,
            // How the compiler writes an iterator is no part of it.
            ExcludeAttributes = [typeof(AsyncIteratorStateMachineAttribute).FullName!, typeof(EnumeratorCancellationAttribute).FullName!],
        };
        var now = typeof(KodaClient).Assembly.GeneratePublicApi(options).TrimEnd() + "\n";
        if (Environment.GetEnvironmentVariable("KODA_WRITE_API") == "1")
            File.WriteAllText(Baseline(), now);
        Assert.Equal(File.ReadAllText(Baseline()), now);
    }

    private static string Baseline([CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "src", "Client", "api.txt"));
}
