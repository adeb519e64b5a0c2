using System.Diagnostics;
using System.Text;

namespace Koda.Worker.Tools;

/// <summary>One command of an agent: in its own process group, with a clean environment, a time limit, and bounded output.</summary>
/// <param name="context">What the call works with.</param>
/// <param name="writable">Whether it may change the workspace.</param>
/// <param name="keeps">Whether a line of what it prints is shown. Null: all are.</param>
internal sealed class Command(ToolContext context, bool writable, Func<string, bool>? keeps = null)
{
    private const int MaxKeptLine = 64 * 1024;
    private const string Marker = "KODA_COMMAND";
    private static readonly TimeSpan s_pipeTimeout = TimeSpan.FromSeconds(2);
    private const int MaxStreamedCharacters = 256 * 1024;
    private const string StreamCut = "\n… (more is printed and not shown) …\n";
    private static readonly string? s_setSid = Executables.Find("setsid");

    private readonly BoundedOutput _output = new();
    private readonly string _id = Guid.NewGuid().ToString("N");

    /// <summary>Runs a program to its end.</summary>
    /// <param name="program">The program and its arguments.</param>
    /// <param name="environment">Variables besides those that every command has.</param>
    /// <param name="cancellationToken">Kills the command with everything that it started.</param>
    public async Task<CommandResult> Run(
        IReadOnlyList<string> program, IReadOnlyDictionary<string, string>? environment, CancellationToken cancellationToken)
    {
        var home = Directory.CreateTempSubdirectory("koda-home-");
        using var confined = context
            .Sandbox.Covering([
                .. context.Workspace.Private.Below("/", []),
                .. context.Sandbox.Missing is null && keeps is null ? KeptFiles.Of(context) : [],
            ])
            .Confine(program, new Reach(context.Workspace.Root, writable) { Outside = context.Outside });
        confined.User?.Take(home.FullName);
        try
        {
            using var process = await LastingThread.Start(StartInfo(confined.Line, environment, home.FullName))
                ?? throw new ToolException($"{program[0]} does not start.");
            var result = await Finish(process, cancellationToken);
            confined.Keep();
            return result;
        }
        finally
        {
            home.Delete(recursive: true);
        }
    }

    private ProcessStartInfo StartInfo(IReadOnlyList<string> line, IReadOnlyDictionary<string, string>? environment, string temporary)
    {
        var home = context.Sandbox.Missing is null ? Sandbox.Home : temporary;
        // A session of its own makes a process group that can be killed as one.
        IReadOnlyList<string> grouped = s_setSid is null ? line : [s_setSid, .. line];
        var start = new ProcessStartInfo(grouped[0], grouped.Skip(1))
        {
            WorkingDirectory = context.Workspace.Root,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment.Clear();
        foreach (
            var (name, value) in CommandEnvironment
                .Create(home, confined: context.Sandbox.Missing is null)
                .Concat(environment ?? new Dictionary<string, string>()))
            start.Environment[name] = value;
        start.Environment[Marker] = _id;
        return start;
    }

    private async Task<CommandResult> Finish(Process process, CancellationToken cancellationToken)
    {
        process.StandardInput.Close();
        using var timeout = new CancellationTokenSource(context.CommandTimeout, context.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        using var pipes = new CancellationTokenSource();
        var reading = Task.WhenAll(
            keeps is null
                ? Pump("stdout", process.StandardOutput.BaseStream, pipes.Token)
                : PumpLines(keeps, process.StandardOutput.BaseStream, pipes.Token),
            Pump("stderr", process.StandardError.BaseStream, pipes.Token));
        var tree = new ProcessTree(process, ofSandbox: context.Sandbox.Missing is null);
        var timedOut = false;
        try
        {
            await tree.Wait(either.Token);
        }
        catch (OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            timedOut = true;
        }
        finally
        {
            // What the command left running in the background goes as well: it would hold the pipes, and nobody watches it.
            Kill(tree);
            pipes.CancelAfter(s_pipeTimeout);
            await reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        return new CommandResult(timedOut ? null : process.ExitCode, _output.ToString(), _output.Truncated);
    }

    private void Kill(ProcessTree tree)
    {
        tree.Kill();
        // A sandbox takes all of its processes with it. Without one, those that left the group are found by their environment.
        if (context.Sandbox.Missing is not null)
            MarkedProcesses.Kill($"{Marker}={_id}");
    }

    private async Task PumpLines(Func<string, bool> keep, Stream stream, CancellationToken cancellationToken)
    {
        using var lines = new BoundedLines(stream, MaxKeptLine);
        var streamed = 0;
        while (await lines.Next(cancellationToken) is { } line)
        {
            if (!keep(line))
                continue;
            _output.Add(Encoding.UTF8.GetBytes(line + "\n"));
            if (streamed < MaxStreamedCharacters)
                context.Output("stdout", line + "\n");
            streamed += line.Length + 1;
        }
    }

    private async Task Pump(string name, Stream stream, CancellationToken cancellationToken)
    {
        var buffer = new byte[32 * 1024];
        var characters = new char[buffer.Length + 4];
        var decoder = Encoding.UTF8.GetDecoder();
        var streamed = 0;
        int length;
        while ((length = await stream.ReadAsync(buffer, cancellationToken)) > 0)
        {
            _output.Add(buffer.AsSpan(0, length));
            if (streamed >= MaxStreamedCharacters)
                continue;
            var count = decoder.GetChars(buffer, 0, length, characters, 0);
            context.Output(name, new string(characters, 0, count));
            streamed += count;
            if (streamed >= MaxStreamedCharacters)
                context.Output(name, StreamCut);
        }
    }
}

/// <summary>How a command ended.</summary>
/// <param name="ExitCode">Its exit code. Null: it ran too long and was killed.</param>
/// <param name="Output">What it printed to both streams, the middle left out where it is long.</param>
/// <param name="Truncated">Whether something was left out.</param>
internal sealed record CommandResult(int? ExitCode, string Output, bool Truncated);
