using System.Diagnostics;
using System.Net.Sockets;
using System.Runtime.Versioning;
using System.Text.Json;
using Koda.Worker.Tools;
using Xunit;

namespace Koda.Worker.Tests.Tools;

/// <summary>Searches go on past what is no file, and say what they did not look into.</summary>
[SupportedOSPlatform("linux")]
public sealed class WalkTests : IDisposable
{
    private readonly TempWorkspace _folder = new();

    public WalkTests()
    {
        _folder.Write("lib/one.js", "const marker = 1;\n");
        _folder.Write("zoo.md", "a marker\n");
    }

    public void Dispose()
    {
        // What has no name here is removed by who knows bytes.
        Bash("rm -rf ./*");
        _folder.Dispose();
    }

    [Theory]
    [InlineData("socket")]
    [InlineData("pipe")]
    [InlineData("device")]
    [InlineData("latin-1")]
    [InlineData("latin-1 directory")]
    [InlineData("dangling link")]
    [InlineData("circle of links")]
    public async Task One_strange_entry_changes_no_answer(string kind)
    {
        var before = await Answers();
        using var socket = Make(kind);

        Assert.Equal(before, await Answers());
        foreach (var path in new[] { ".", "lib" })
            await _folder.Run(new ListTool(), $$"""{"path": "{{path}}"}""");
    }

    [Fact]
    public async Task A_listing_says_what_each_entry_is()
    {
        using var socket = Make("socket");
        using var pipe = Make("pipe");
        using var name = Make("latin-1");

        Assert.Equal(
            "fifo\t(a pipe)\none.js\t18\nsock\t(a socket)\ncaf\uFFFD.txt\t(its name is not UTF-8)\n".Split('\n').Order(),
            (await _folder.Run(new ListTool(), """{"path": "lib"}""")).Text.Split('\n').Order());
    }

    [Fact]
    public async Task People_are_told_of_names_that_lead_to_no_file()
    {
        using var name = Make("latin-1");
        await Grep("marker");
        Assert.Equal("(passed over: lib/caf\uFFFD.txt: its name is not UTF-8)\n", _folder.Output);
    }

    [Fact]
    public async Task A_large_file_is_named_and_not_searched()
    {
        _folder.Write("big.log", new string('x', 5 * 1024 * 1024) + "\nmarker\n");
        Assert.Equal(
            "lib/one.js:1:const marker = 1;\nzoo.md:1:a marker\n(passed over: big.log: it has 5242888 bytes; files above 5242880 are not searched)\n",
            await Grep("marker"));
    }

    [Fact]
    public async Task What_stands_far_in_a_long_line_is_found_and_shown()
    {
        _folder.Write("min.js", $"{new string('a', 300_000)}needle();{new string('b', 300_000)}\n");

        var found = await Grep("needle");

        Assert.StartsWith("min.js:1:… aaa", found);
        Assert.Contains("needle();bbb", found);
        Assert.InRange(found.Length, 100, 500);
    }

    [Fact]
    public async Task Text_of_UTF_16_is_searched_and_what_holds_a_zero_is_not()
    {
        File.WriteAllText($"{_folder.Root}/wide.txt", "a needle\n", System.Text.Encoding.Unicode);
        _folder.Write("a.bin", "needle\n\0");
        Assert.Equal("wide.txt:1:a needle\n", await Grep("needle"));
    }

    [Fact]
    public async Task An_expression_that_would_try_forever_takes_no_time()
    {
        _folder.Write("a.txt", new string('a', 50_000) + "!\n");
        Assert.Equal("(no match)", await Grep("(a+)+$"));
    }

    [Theory]
    [InlineData("*.js", "lib/one.js")]
    [InlineData("lib/*.js", "lib/one.js")]
    [InlineData("./lib/*", "lib/one.js")]
    [InlineData("lib//one.js", "lib/one.js")]
    [InlineData("/lib/*.js", "lib/one.js")]
    [InlineData(@"lib\\*.js", "lib/one.js")]
    [InlineData("!*.js", "zoo.md")]
    [InlineData("ROOT/**/*.md", "zoo.md")]
    [InlineData("/*.js", null)]
    public async Task Globs_are_understood_as_they_are_meant(string glob, string? file)
    {
        var given = glob.Replace("ROOT", _folder.Root);
        var found = (await _folder.Run(new GrepTool(), $$"""{"pattern": "marker", "glob": "{{given}}"}""")).Text;
        Assert.Equal(file ?? "(no match)", found.Split(':')[0]);
        if (!glob.StartsWith('!'))
            Assert.Equal(file ?? "(no file matches)", (await _folder.Run(new GlobTool(), $$"""{"pattern": "{{given}}"}""")).Text);
    }

    [Theory]
    [InlineData("./lib/one.js")]
    [InlineData("lib//one.js")]
    [InlineData("lib/../lib/./one.js")]
    [InlineData("nowhere/../lib/one.js")]
    [InlineData("lib/one.js/")]
    [InlineData(@"lib\one.js")]
    [InlineData(@".\lib\one.js")]
    [InlineData("ROOT/lib/one.js")]
    [InlineData("ROOT/../inside/lib/one.js")]
    [InlineData("shortcut/one.js")]
    public async Task A_file_is_read_by_every_spelling_of_its_path(string path)
    {
        Directory.CreateSymbolicLink($"{_folder.Root}/shortcut", "lib");
        var result = await _folder.Run(new ReadTool(), JsonSerializer.Serialize(new { path = path.Replace("ROOT", _folder.Root) }));
        Assert.Equal(("1\tconst marker = 1;\n", "lib/one.js"), (result.Text, result.Path));
    }

    [Fact]
    public async Task A_name_with_a_backslash_is_itself_where_it_is_there()
    {
        _folder.Write(@"lib\one.js", "itself\n");
        Assert.Equal("1\titself\n", (await _folder.Run(new ReadTool(), """{"path": "lib\\one.js"}""")).Text);
        await _folder.Run(new WriteTool(), """{"path": "lib\\two.js", "content": "two\n"}""");
        Assert.Equal("two\n", _folder.Read("lib/two.js"));
    }

    private async Task<string> Answers() => string.Join(
        "\n--\n", await Grep("marker"), (await _folder.Run(new SearchTool(), """{"query": "marker"}""")).Text,
        (await _folder.Run(new GlobTool(), """{"pattern": "*.{js,md}"}""")).Text);

    private async Task<string> Grep(string pattern) =>
        (await _folder.Run(new GrepTool(), JsonSerializer.Serialize(new { pattern }))).Text;

    private Socket? Make(string kind)
    {
        var lib = $"{_folder.Root}/lib";
        switch (kind)
        {
            case "socket":
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                socket.Bind(new UnixDomainSocketEndPoint($"{lib}/sock"));
                return socket;
            case "pipe":
                Bash("mkfifo fifo");
                break;
            case "device":
                // Where nobody may make one, there is none to pass over.
                Bash("mknod null c 1 3 || true");
                break;
            case "latin-1":
                Bash(@"touch $'caf\xe9.txt'");
                break;
            case "latin-1 directory":
                Bash(@"mkdir $'d\xff'");
                break;
            case "dangling link":
                File.CreateSymbolicLink($"{lib}/gone.css", "nowhere");
                break;
            case "circle of links":
                File.CreateSymbolicLink($"{lib}/round", "round");
                Directory.CreateSymbolicLink($"{lib}/up", "..");
                break;
        }
        return null;
    }

    private void Bash(string script)
    {
        using var bash = Process.Start(new ProcessStartInfo("bash", ["-c", script]) { WorkingDirectory = $"{_folder.Root}/lib" })!;
        bash.WaitForExit();
        Assert.Equal(0, bash.ExitCode);
    }
}
