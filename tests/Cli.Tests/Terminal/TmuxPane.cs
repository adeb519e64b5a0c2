using System.Diagnostics;
using Koda.Testing;

namespace Koda.Cli.Tests.Terminal;

/// <summary>A terminal of a size, with a shell in it, and the person before it.</summary>
internal sealed class TmuxPane : IAsyncDisposable
{
    // A pane ends with its command, and Ctrl-C ends some; what they left on the screen is seen because the shell goes on.
    private const string Settings = """
        set -g status off
        set -g history-limit 5000
        set -g default-terminal tmux-256color
        set -g default-command 'exec sh'
        set -s escape-time 0
        """;

    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);

    private readonly string _socket;
    private readonly string _settings;
    private readonly string _home;
    private readonly Dictionary<string, string> _environment;

    /// <param name="home">The home directory, in which the shell begins.</param>
    /// <param name="name">What no other pane of the directory is called.</param>
    /// <param name="variables">What the environment has beside what a shell needs.</param>
    public TmuxPane(string home, string name, params (string Name, string Value)[] variables)
    {
        (_home, _socket, _settings) = (home, Path.Combine(home, $".{name}.tmux"), Path.Combine(home, ".tmux.conf"));
        _environment = variables.ToDictionary(variable => variable.Name, variable => variable.Value);
        _environment["HOME"] = home;
        _environment["PATH"] = $"{AppContext.BaseDirectory}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
        _environment["LANG"] = "C.UTF-8";
        _environment["ENV"] = Path.Combine(home, ".shrc");
        if (Environment.GetEnvironmentVariable("DOTNET_ROOT") is { Length: > 0 } root)
            _environment["DOTNET_ROOT"] = root;
    }

    /// <param name="size">Its columns and rows, as <c>80x24</c>.</param>
    public async Task Open(string size)
    {
        // Once: the shell of another pane may be reading them.
        if (!File.Exists(_settings))
        {
            await File.WriteAllTextAsync(_environment["ENV"], "PS1='$ '\n");
            await File.WriteAllTextAsync(_settings, Settings);
        }
        await Run(["new-session", "-d", .. Size(size)]);
    }

    public Task Types(string text) => Run("send-keys", "-l", text);

    public Task Presses(params string[] keys) => Run(["send-keys", .. keys]);

    public async Task Says(string line)
    {
        await Types(line);
        await Presses("Enter");
    }

    /// <summary>Pastes as a terminal does, which tells a program that asked for it where the paste begins and ends.</summary>
    public async Task Pastes(string text)
    {
        await Run("set-buffer", "-b", "pasted", text);
        await Run("paste-buffer", "-p", "-r", "-b", "pasted");
    }

    /// <summary>Makes the terminal larger or smaller. The program in it is told somewhat later.</summary>
    public async Task Resize(string size)
    {
        await Run(["resize-window", .. Size(size)]);
        var terminal = (await Run("display-message", "-p", "#{pane_tty}")).Trim();
        var told = string.Join(' ', size.Split('x').Reverse());
        await Eventually.IsTrue(async () => (await RunProgram("stty", "-F", terminal, "size")).Trim() == told, $"the terminal is {size}");
    }

    /// <summary>Waits until the screen shows something.</summary>
    public async Task Shows(string text)
    {
        var shown = "";
        await Eventually.IsTrue(
            async () => (shown = await Shown()).Contains(text, StringComparison.Ordinal), s_patience, () => $"'{text}' is seen on\n{shown}");
    }

    /// <summary>What is on the screen. Spaces at the end of a line are not told.</summary>
    /// <param name="whole">Whether what scrolled away is told too.</param>
    public Task<string> Shown(bool whole = false) => Run(["capture-pane", "-p", .. whole ? (string[])["-S", "-"] : []]);

    public async ValueTask DisposeAsync()
    {
        if (File.Exists(_socket))
            await Run("kill-server");
    }

    private Task<string> Run(params string[] args) => RunProgram("tmux", ["-u", "-f", _settings, "-S", _socket, .. args]);

    private async Task<string> RunProgram(string program, params string[] args)
    {
        var start = new ProcessStartInfo(program, args)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = _home,
        };
        start.Environment.Clear();
        foreach (var (name, value) in _environment)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', args)}: {await error}");
        return output;
    }

    private static string[] Size(string size) => ["-x", size.Split('x')[0], "-y", size.Split('x')[1]];
}
