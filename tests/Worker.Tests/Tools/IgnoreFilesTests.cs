using System.Diagnostics;
using System.Text;
using Koda.Worker.Tools;
using Xunit;

namespace Koda.Worker.Tests.Tools;

/// <summary>What searches leave out is what git leaves out.</summary>
public sealed class IgnoreFilesTests : IDisposable
{
    private static readonly string[] s_parts =
    [
        "a",
        "b",
        "ab",
        "*",
        "?",
        "**",
        "***",
        "[ab]",
        "[!a]",
        "[^b]",
        "[a-c]",
        "[]a]",
        "[a",
        "[[:alpha:]]",
        "[[:none:]]",
        @"\a",
        @"\*",
        "#",
        "!",
        ".log",
        "*.log",
        " ",
        @"\ ",
        "-",
    ];

    private static readonly string[] s_names = ["a", "b", "ab", "x.log", ".log", "c", "a b", "#", "!", "*", "a ", "-b", "]"];

    private readonly TempWorkspace _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Generated_files_say_what_they_say_to_git()
    {
        var random = new Random(11);
        string[] folders = ["", "a/", "b/", "ab/", "a/x.log/", "a/b/", "ab/a b/", "b/a/c/"];
        foreach (
            var path in folders
                .SelectMany(folder => s_names.Select(name => folder + name))
                .Where(path => !folders.Any(folder => folder.StartsWith(path + "/"))))
            _folder.Write(path, "");
        Git("init", "-q");
        for (var round = 0; round < 120; round++)
        {
            var files = new Dictionary<string, string>();
            foreach (var folder in folders.Where((_, index) => index == 0 || random.Next(4) == 0))
                files[$"{folder}.gitignore"] = string.Concat(
                    Enumerable.Range(0, random.Next(1, 5)).Select(_ => Line(random) + (random.Next(6) == 0 ? "\r\n" : "\n")));
            foreach (var (path, text) in files)
                _folder.Write(path, text);
            AssertSame(string.Join("\n--\n", files.Select(file => $"{file.Key}:\n{file.Value}")));
            foreach (var path in files.Keys)
                File.Delete($"{_folder.Root}/{path}");
        }
    }

    [Fact]
    public void Nesting_negation_and_excludes_hold()
    {
        foreach (
            var path in new[]
            {
                "keep.log",
                "drop.log",
                "build/out.txt",
                "build/keep.txt",
                "src/build/x.txt",
                "src/a.tmp",
                "src/deep/b.tmp",
                "own.txt",
                "docs/z/api.md",
                "docs/z/q.md",
            })
            _folder.Write(path, "");
        Git("init", "-q");
        _folder.Write(".gitignore", "\uFEFF*.log\n!keep.log\n/build/\n!build/keep.txt\n# a comment\ndocs/**/*.md\n!docs/**/api.md\n");
        _folder.Write("src/.gitignore", "*.tmp\n!/deep/*.tmp\n");
        _folder.Write(".git/info/exclude", "own.txt\n");
        AssertSame("");
    }

    [Fact]
    public void A_file_for_searches_stands_above_those_for_git()
    {
        foreach (var path in new[] { "a.gen", "b.gen", "c.txt" })
            _folder.Write(path, "");
        _folder.Write(".gitignore", "*.gen\n");
        _folder.Write(".ignore", "!b.gen\nc.txt\n.gitignore\n.ignore\n");
        Assert.Equal(["b.gen"], Seen("."));
    }

    [Fact]
    public void What_is_asked_for_by_name_is_searched_although_it_is_left_out()
    {
        _folder.Write("out/a.txt", "");
        _folder.Write("out/b.log", "");
        _folder.Write("src/b.log", "");
        _folder.Write("src/c.txt", "");
        _folder.Write(".gitignore", "out\n*.log\n");
        Assert.Equal([".gitignore", "src/c.txt"], Seen("."));
        Assert.Equal(["out/a.txt", "out/b.log"], Seen("out"));
        Assert.Equal(["src/c.txt"], Seen("src"));
        Assert.Equal(["src/b.log"], Seen("src/b.log"));
    }

    [Fact]
    public void A_repository_inside_has_its_own_rules()
    {
        _folder.Write("inner/a.log", "");
        _folder.Write("inner/b.tmp", "");
        _folder.Write("inner/.git/info/exclude", "*.tmp\n");
        _folder.Write(".gitignore", "*.log\n");
        Assert.Equal([".gitignore", "inner/a.log"], Seen("."));
    }

    private void AssertSame(string told)
    {
        var git = Git("ls-files", "-z", "--others", "--exclude-standard")
            .Split('\0', StringSplitOptions.RemoveEmptyEntries)
            .Order(StringComparer.Ordinal)
            .ToList();
        Assert.True(
            git.SequenceEqual(Seen(".").Order(StringComparer.Ordinal)),
            $"{told}\ngit: {string.Join(' ', git.Except(Seen(".")))}\nwe: {string.Join(' ', Seen(".").Except(git))}");
    }

    private List<string> Seen(string path) =>
        [
            .. new FileWalk(_folder.Context.Workspace, ignored: false)
                .Files(_folder.Context.Workspace.Resolve(path))
                .Select(file => _folder.Context.Workspace.Shown(file.Path)),
        ];

    private static string Line(Random random)
    {
        var parts = Enumerable
            .Range(0, random.Next(1, 4))
            .Select(_ => string.Concat(Enumerable.Range(0, random.Next(1, 3)).Select(_ => s_parts[random.Next(s_parts.Length)])));
        return (random.Next(5) == 0 ? "!" : "")
            + (random.Next(4) == 0 ? "/" : "")
            + string.Join('/', parts)
            + (random.Next(4) == 0 ? "/" : "")
            + (random.Next(8) == 0 ? "  " : "");
    }

    private string Git(params string[] arguments)
    {
        using var git = Process.Start(
            new ProcessStartInfo("git", arguments)
            {
                WorkingDirectory = _folder.Root,
                RedirectStandardOutput = true,
                StandardOutputEncoding = Encoding.UTF8,
            })!;
        var output = git.StandardOutput.ReadToEnd();
        git.WaitForExit();
        Assert.Equal(0, git.ExitCode);
        return output;
    }
}
