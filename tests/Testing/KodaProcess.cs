using System.Diagnostics;
using System.Globalization;

namespace Koda.Testing;

/// <summary>The <c>koda</c> program as a process of its own, which may be killed and started again.</summary>
internal abstract class KodaProcess : IDisposable
{
    private const int ShownLogLines = 15;

    private readonly string _log;
    private readonly IReadOnlyDictionary<string, string> _environment;
    private readonly IReadOnlyList<string> _arguments;
    private Process? _process;

    /// <param name="folder">Takes the log.</param>
    /// <param name="name">Names the process in logs.</param>
    /// <param name="environment">Variables besides those of this process.</param>
    /// <param name="arguments">The command and its options.</param>
    protected KodaProcess(string folder, string name, IReadOnlyDictionary<string, string> environment, IReadOnlyList<string> arguments)
    {
        _log = Path.Combine(folder, name + ".log");
        (Name, _environment, _arguments) = (name, environment, arguments);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Kill();
    }

    public string Name { get; }

    public int Id => _process?.Id ?? throw new InvalidOperationException($"{Name} was not started.");

    public bool Runs => _process is { HasExited: false };

    public void Start()
    {
        // The shell hands the log itself to the program, so that nobody needs to read its output.
        const string exec = "log=$1; shift; exec \"$@\" >>\"$log\" 2>&1 </dev/null";
        var start = new ProcessStartInfo("/bin/sh", ["-c", exec, "koda", _log, "dotnet", Program(), .. _arguments]);
        start.Environment.Remove("KODA_URL");
        // A killed process leaves its temporary files; here they go with the folder.
        start.Environment["TMPDIR"] = Path.GetDirectoryName(_log);
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        foreach (var (variable, value) in _environment)
            start.Environment[variable] = value;
        _process = Process.Start(start);
    }

    /// <summary>Ends the process by SIGKILL, as a crash would, and returns when it is gone.</summary>
    public void Kill()
    {
        if (!Runs)
            return;
        _process!.Kill();
        _process.WaitForExit();
    }

    /// <summary>Stops the process where it stands until <see cref="Continue"/>; its connections stay open.</summary>
    public void Pause() => Signal("STOP");

    public void Continue() => Signal("CONT");

    /// <summary>The last lines that the process wrote.</summary>
    public string EndOfLog() =>
        File.Exists(_log) ? $"{Name}:\n{string.Join('\n', File.ReadLines(_log).TakeLast(ShownLogLines))}" : $"{Name} wrote nothing.";

    public void Dispose() => Kill();

    private void Signal(string signal)
    {
        using var kill = Process.Start("/bin/sh", ["-c", $"kill -{signal} {Id.ToString(CultureInfo.InvariantCulture)}"]);
        kill.WaitForExit();
        if (kill.ExitCode != 0)
            throw new InvalidOperationException($"{Name} does not take SIG{signal}.");
    }

    /// <summary>The program as it was built together with the tests.</summary>
    public static string Program()
    {
        var framework = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd('/'));
        var configuration = framework.Parent!;
        var repository = configuration.Parent!.Parent!.Parent!.Parent!;
        return Path.Combine(repository.FullName, "src", "Cli", "bin", configuration.Name, framework.Name, "koda.dll");
    }
}
