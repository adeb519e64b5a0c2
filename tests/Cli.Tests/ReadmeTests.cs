using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace Koda.Cli.Tests;

/// <summary>
/// The README word for word, in a bare home directory: each block of commands is run, and each block of output that follows is looked for
/// in what they wrote. There, an ellipsis stands for anything.
/// </summary>
[Collection(LocalKodaCollection.Name)]
public sealed partial class ReadmeTests : IAsyncLifetime
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(3);

    // A model provider with a key, a terminal, and a program that is no part of the product.
    private static readonly string[] s_needMore = ["./koda providers connect anthropic", "./koda chat", "buf curl"];

    private readonly string _home = Directory.CreateTempSubdirectory("koda-home-").FullName;
    private readonly string _port = new Uri($"http://127.0.0.1:{LocalKoda.FreePort()}").Port.ToString();
    private readonly Said _up = new();
    private Process? _koda;

    private string Clone => Path.Combine(_home, "koda");

    public async Task InitializeAsync()
    {
        Directory.CreateDirectory(Clone);
        var program = Path.Combine(AppContext.BaseDirectory, "koda");
        await File.WriteAllTextAsync(Path.Combine(Clone, "koda"), $"#!/bin/sh\nexec '{program}' \"$@\"\n");
        File.SetUnixFileMode(Path.Combine(Clone, "koda"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        await File.WriteAllTextAsync(Path.Combine(Clone, "password.txt"), "Tall-ships-42-sail\n");
    }

    public async Task DisposeAsync()
    {
        await Run("./koda down");
        if (_koda is not null)
            await _koda.WaitForExitAsync().WaitAsync(s_patience);
        _koda?.Dispose();
        Directory.Delete(_home, recursive: true);
    }

    [Fact]
    public async Task Every_command_works_and_writes_what_is_shown()
    {
        var said = "";
        foreach (var (language, text) in Blocks())
        {
            if (language == "text")
            {
                Shows(text, said);
                said = "";
            }
            else if (!s_needMore.Any(text.StartsWith))
                said += await RunBlock(text);
        }
    }

    private async Task<string> RunBlock(string commands)
    {
        const string Up = "./koda up";
        if (!commands.StartsWith(Up, StringComparison.Ordinal))
            return await Run(commands);
        _koda = Process.Start(Bash(commands[..commands.IndexOf('\n', StringComparison.Ordinal)]))!;
        _koda.StandardInput.Close();
        _ = _up.Read(_koda.StandardOutput);
        _ = _up.Read(_koda.StandardError);
        await _up.Has("Koda is ready").WaitAsync(s_patience);
        return _up + await Run(commands[commands.IndexOf('\n', StringComparison.Ordinal)..]);
    }

    private async Task<string> Run(string commands)
    {
        // What one block sets the next one uses.
        const string Before = "set -eo pipefail; exec 2>&1; [ ! -f ~/.set ] || . ~/.set";
        using var bash = Process.Start(Bash($"{Before}\n{commands}\ndeclare -p TOKEN TASK SESSION > ~/.set 2>/dev/null || :"))!;
        bash.StandardInput.Close();
        var output = await bash.StandardOutput.ReadToEndAsync().WaitAsync(s_patience);
        await bash.WaitForExitAsync().WaitAsync(s_patience);
        Assert.True(bash.ExitCode == 0, $"{commands}\nended with {bash.ExitCode}:\n{output}");
        return output;
    }

    private ProcessStartInfo Bash(string commands)
    {
        var start = new ProcessStartInfo("bash", ["-c", commands])
        {
            WorkingDirectory = Clone,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("KODA_", StringComparison.Ordinal)).ToList())
            start.Environment.Remove(name);
        start.Environment["HOME"] = _home;
        start.Environment["KODA_LISTEN"] = $"http://127.0.0.1:{_port}";
        return start;
    }

    private static void Shows(string expected, string said)
    {
        var at = 0;
        foreach (var line in expected.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => line != "…"))
        {
            var wanted = new Regex(Regex.Escape(line).Replace("…", ".*?", StringComparison.Ordinal));
            var found = wanted.Match(said, at);
            Assert.True(found.Success, $"'{line}' is not in\n{said[at..]}");
            at = found.Index + found.Length;
        }
    }

    private IEnumerable<(string Language, string Text)> Blocks() =>
        Block().Matches(File.ReadAllText(Path.Combine(Repository(), "README.md")).Replace("8090", _port, StringComparison.Ordinal))
            .Select(block => (block.Groups[1].Value, block.Groups[2].Value));

    private static string Repository([CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", ".."));

    [GeneratedRegex("^```(sh|text)\n(.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();

    /// <summary>What a process has written until now.</summary>
    private sealed class Said
    {
        private readonly Lock _lock = new();
        private readonly TaskCompletionSource _news = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private string _text = "";
        private string? _awaited;

        public async Task Read(StreamReader reader)
        {
            while (await reader.ReadLineAsync() is { } line)
            {
                lock (_lock)
                {
                    _text += line + "\n";
                    if (_awaited is not null && _text.Contains(_awaited, StringComparison.Ordinal))
                        _news.TrySetResult();
                }
            }
        }

        public Task Has(string text)
        {
            lock (_lock)
            {
                _awaited = text;
                if (_text.Contains(text, StringComparison.Ordinal))
                    _news.TrySetResult();
            }
            return _news.Task;
        }

        public override string ToString()
        {
            lock (_lock)
                return _text;
        }
    }
}
