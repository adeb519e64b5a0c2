using System.Runtime.InteropServices;

namespace Koda.Cli.Terminal;

/// <summary>Ctrl-C as a key like any other.</summary>
internal static class InterruptKey
{
    public static IDisposable Register(Action pressed) => PosixSignalRegistration.Create(PosixSignal.SIGINT, context =>
    {
        context.Cancel = true;
        pressed();
    });
}
