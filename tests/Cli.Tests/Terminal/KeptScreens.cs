using System.Runtime.CompilerServices;
using System.Text;
using Koda.Testing;

namespace Koda.Cli.Tests.Terminal;

/// <summary>The screens of one walk, as a file of docs/screens has them: each under a line that says what was done.</summary>
/// <param name="name">The file's name.</param>
/// <param name="same">Takes out of a screen what differs from walk to walk.</param>
/// <param name="whole">Whether what scrolled away is kept too.</param>
internal sealed class KeptScreens(string name, Func<string, string> same, bool whole = false)
{
    private const string Rule = "──── ";
    private const int LooksUnmoved = 20;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);
    private static readonly bool s_writes = Environment.GetEnvironmentVariable("KODA_WRITE_SCREENS") == "1";

    private readonly Dictionary<string, string> _kept = s_writes ? [] : Read(FileOf(name));
    private readonly StringBuilder _seen = new();

    /// <summary>Waits until the screen is the kept one, or, where it is kept anew, until it shows something and moves no more.</summary>
    public async Task Sees(TmuxPane pane, string done, string shows)
    {
        var screen = s_writes ? await Settled(pane, shows) : await Expected(pane, _kept.GetValueOrDefault(done, "(no such screen)\n"));
        Assert.Contains(shows, screen, StringComparison.Ordinal);
        _seen.Append(Rule).Append(done).Append('\n').Append(screen);
    }

    /// <summary>Ends the walk: all screens were seen, and no other is kept.</summary>
    public async Task End()
    {
        if (s_writes)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(FileOf(name))!);
            await File.WriteAllTextAsync(FileOf(name), _seen.ToString());
        }
        Assert.Equal(await File.ReadAllTextAsync(FileOf(name)), _seen.ToString());
    }

    private async Task<string> Settled(TmuxPane pane, string shows)
    {
        var (now, unmoved) = ("", 0);
        await Eventually.IsTrue(IsSettled, s_patience, () => $"'{shows}' is seen, and nothing moves, on\n{now}");
        return now;

        async Task<bool> IsSettled()
        {
            var before = now;
            now = await Look(pane);
            unmoved = now == before ? unmoved + 1 : 0;
            return unmoved >= LooksUnmoved && now.Contains(shows, StringComparison.Ordinal);
        }
    }

    private async Task<string> Expected(TmuxPane pane, string kept)
    {
        var now = "";
        await Eventually.IsTrue(
            async () => (now = await Look(pane)) == kept, s_patience, () => $"the screen is\n{kept}\nand not\n{now}");
        return now;
    }

    private async Task<string> Look(TmuxPane pane) => same(await pane.Shown(whole)).TrimEnd('\n') + "\n";

    private static Dictionary<string, string> Read(string file) => File.ReadAllText(file)
        .Split(Rule, StringSplitOptions.RemoveEmptyEntries)
        .Select(part => part.Split('\n', 2))
        .ToDictionary(part => part[0], part => part[1]);

    private static string FileOf(string name, [CallerFilePath] string thisFile = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(thisFile)!, "../../../docs/screens", name + ".txt"));
}
