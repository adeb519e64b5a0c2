using System.Diagnostics;
using System.Text;
using Koda.Worker.Tools;

namespace Koda.Worker.Snapshots;

/// <summary>
/// Runs git, in one directory and with an environment of its own: no configuration but that of the repository that it is pointed at, no
/// network, no prompt. Output and input are bytes, given as Latin-1 text, since file names need not be UTF-8.
/// </summary>
/// <param name="program">The path of git.</param>
/// <param name="directory">Where it runs.</param>
/// <param name="environment">Variables besides those that every call has.</param>
internal sealed class Git(string program, string directory, IReadOnlyDictionary<string, string> environment)
{
    private const int MaxErrorLength = 500;
    private const int FatalCode = 128;
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(5);

    // A repository must not make git run its programs.
    private static readonly string[] s_safe =
    [
        "--no-pager", "-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false", "-c", "core.logAllRefUpdates=false",
        "-c", "core.untrackedCache=false", "-c", "core.quotePath=false", "-c", "submodule.recurse=false", "-c", "color.ui=false",
    ];

    // What only looks may outlive a worker that is killed: it ends when nobody reads what it prints.
    private static readonly HashSet<string> s_looking =
        ["rev-parse", "cat-file", "ls-files", "ls-tree", "diff-tree", "for-each-ref", "log", "config", "check-ignore"];

    /// <summary>The same with further variables.</summary>
    public Git With(params IEnumerable<(string Name, string Value)> variables)
    {
        var all = new Dictionary<string, string>(environment);
        foreach (var (name, value) in variables)
            all[name] = value;
        return new Git(program, directory, all);
    }

    /// <summary>Runs git and gives what it prints.</summary>
    /// <exception cref="SnapshotException">It failed.</exception>
    public async Task<string> Run(CancellationToken cancellationToken, params IReadOnlyList<string> arguments) =>
        Checked(arguments, await Try(arguments, "", int.MaxValue, cancellationToken)).Output;

    /// <summary>Runs git with an input and gives what it prints.</summary>
    /// <inheritdoc cref="Run"/>
    public async Task<string> Feed(string input, CancellationToken cancellationToken, params IReadOnlyList<string> arguments) =>
        Checked(arguments, await Try(arguments, input, int.MaxValue, cancellationToken)).Output;

    /// <summary>Runs git, whatever becomes of it.</summary>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="input">What it reads.</param>
    /// <param name="maxOutput">It is stopped when it prints more bytes.</param>
    /// <param name="cancellationToken">Kills it.</param>
    public async Task<GitAnswer> Try(IReadOnlyList<string> arguments, string input, int maxOutput, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(s_patience);
        using var process = await LastingThread.Start(StartInfo(arguments)) ?? throw new SnapshotException("git does not start.");
        try
        {
            var errors = process.StandardError.ReadToEndAsync(patience.Token);
            var feeding = Feed(process, input, patience.Token);
            var (output, cut) = await Read(process.StandardOutput.BaseStream, maxOutput, patience.Token);
            if (cut)
                process.Kill();
            await Task.WhenAll(errors, feeding, process.WaitForExitAsync(patience.Token));
            // What was killed has answered nothing.
            if (!cut && process.ExitCode > FatalCode)
                throw new SnapshotException($"git {arguments[0]} was killed.", retryable: true);
            return new GitAnswer(cut ? 0 : process.ExitCode, output, await errors) { Cut = cut };
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new SnapshotException($"git {arguments[0]} took too long.", retryable: true);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
    }

    /// <exception cref="SnapshotException">The call failed.</exception>
    public static GitAnswer Checked(IReadOnlyList<string> arguments, GitAnswer answer)
    {
        if (answer.ExitCode == 0)
            return answer;
        var why = answer.Errors.Trim();
        throw new SnapshotException($"git {arguments[0]} failed: {why[..Math.Min(why.Length, MaxErrorLength)]}", retryable: true);
    }

    private ProcessStartInfo StartInfo(IReadOnlyList<string> arguments)
    {
        string[] own = [program, .. s_safe, .. arguments];
        var line = s_looking.Contains(arguments[0]) ? own : WithWorker.Program(own);
        var start = new ProcessStartInfo(line[0], line.Skip(1))
        {
            WorkingDirectory = directory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = Encoding.Latin1,
        };
        start.Environment.Clear();
        foreach (var (name, value) in CommandEnvironment.Create("/nonexistent"))
            start.Environment[name] = value;
        start.Environment["LC_ALL"] = "C";
        start.Environment["GIT_CONFIG_NOSYSTEM"] = "1";
        start.Environment["GIT_CONFIG_GLOBAL"] = "/dev/null";
        start.Environment["GIT_ATTR_NOSYSTEM"] = "1";
        start.Environment["GIT_OPTIONAL_LOCKS"] = "0";
        start.Environment["GIT_NO_REPLACE_OBJECTS"] = "1";
        start.Environment["GIT_NO_LAZY_FETCH"] = "1";
        start.Environment["GIT_ALLOW_PROTOCOL"] = "none";
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        return start;
    }

    private static async Task Feed(Process process, string input, CancellationToken cancellationToken)
    {
        try
        {
            await process.StandardInput.BaseStream.WriteAsync(Encoding.Latin1.GetBytes(input), cancellationToken);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended without reading everything; its exit code and its errors say why.
        }
    }

    private static async Task<(string Output, bool Cut)> Read(Stream stream, int max, CancellationToken cancellationToken)
    {
        var output = new StringBuilder();
        var buffer = new byte[64 * 1024];
        int length;
        while ((length = await stream.ReadAsync(buffer, cancellationToken)) > 0)
        {
            output.Append(Encoding.Latin1.GetString(buffer, 0, Math.Min(length, max - output.Length)));
            if (output.Length >= max)
                return (output.ToString(), true);
        }
        return (output.ToString(), false);
    }
}

/// <summary>How a call of git ended.</summary>
/// <param name="ExitCode">Its exit code.</param>
/// <param name="Output">What it printed, as Latin-1.</param>
/// <param name="Errors">What it complained of.</param>
internal sealed record GitAnswer(int ExitCode, string Output, string Errors)
{
    /// <summary>Whether it printed more than was wanted.</summary>
    public bool Cut { get; init; }
}
