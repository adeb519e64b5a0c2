using System.Globalization;
using System.Text.RegularExpressions;
using Koda.Cli.Tests.Terminal;

namespace Koda.Cli.Tests;

/// <summary>
/// What a person sees at a real terminal of two sizes, kept as text in docs/screens. When a screen was changed:
/// <c>KODA_WRITE_SCREENS=1 dotnet test tests/Cli.Tests --filter ScreensTests</c> writes the files anew; read what changed in them.
/// </summary>
public sealed partial class ScreensTests : IAsyncLifetime
{
    // As long as /home/ana, which the kept screens show: a path's length says where a line breaks. So does a port's.
    private readonly string _home = $"/tmp/{Guid.NewGuid():n}"[..9];
    private readonly string _port = LocalKoda.FreePort().ToString(CultureInfo.InvariantCulture);

    public async Task InitializeAsync()
    {
        Directory.CreateDirectory(_home);
        await Agent("baker", """
            [{tool_calls: [{tool: write, arguments: {path: menü.md, content: "# Menü\n\n- Käse 🧀\n- 日本茶\n"}}]},
             {text: "Die Speisekarte steht in `menü.md`: Käse 🧀 und 日本茶."}]
            """);
        await Agent("sleeper", """[{delay_ms: 600000, text: "Never."}]""");
        await Agent("cook", """
            [{tool_calls: [{tool: todo, arguments: {items: [{id: a, text: "Käse 🧀 holen", state: done}, {id: b, text: "日本茶 kochen", state: active}]}}]},
             {tool_calls: [{tool: write, arguments: {path: rezept.md, content: "Wasser kochen.\nTee ziehen lassen.\n"}}]},
             {text: "# 日本茶\n\n1. **Wasser** kochen\n2. Tee *ziehen* lassen\n\n| Tee | Minuten |\n| --- | --- |\n| 煎茶 | 1 |\n| Ostfriesen | 4 |\n"}]
            """, "allow");
    }

    public Task DisposeAsync()
    {
        Directory.Delete(_home, recursive: true);
        return Task.CompletedTask;
    }

    [ProgramTheory("tmux")]
    [InlineData("80x24 200x50")]
    public async Task A_person_sees_what_is_kept(string sizes)
    {
        try
        {
            foreach (var size in sizes.Split(' '))
                await Walk(size);
        }
        finally
        {
            await using var last = await Open("last", "80x24");
            await last.Says("koda down; echo That is all.");
            await last.Shows("\nThat is all.");
        }
    }

    private async Task Walk(string size)
    {
        await using var first = await Open($"first-{size}", size);
        await using var second = await Open($"second-{size}", size);
        await using var third = await Open($"third-{size}", size);
        var up = new KeptScreens($"up-{size}", Same, whole: true);
        var isNew = !Directory.Exists(Path.Combine(_home, ".koda"));
        await first.Says("clear; koda up");
        if (isNew)
            await SetUp(up, first);
        else
            await up.Sees(first, "koda up", "ListAgents");
        await RunAndApprove(size, second, third);
        await Chat(new KeptScreens($"chat-{size}", Same), second, size);
        await first.Presses("C-c");
        await up.Sees(first, "Ctrl-C", "gives its tasks back first.\n$");
        await up.End();
    }

    private static async Task SetUp(KeptScreens up, TmuxPane pane)
    {
        await up.Sees(pane, "koda up, for the first time: it asks who owns it", "Username:");
        foreach (var (question, answer) in new[]
        {
            ("Username:", "ana"), ("E-mail:", "ana@example.org"), ("New password", "Tall-ships-42-sail"), ("The same again:", "Tall-ships-42-sail"),
            ("Provider [offline]:", ""), ("Agent [engineer]:", ""),
        })
        {
            await pane.Shows(question);
            await pane.Says(answer);
        }
        await pane.Shows("\nTry:");
    }

    private async Task RunAndApprove(string size, TmuxPane pane, TmuxPane other)
    {
        var (run, approve) = (new KeptScreens($"run-{size}", Same), new KeptScreens($"approve-{size}", Same));
        await pane.Says("for agent in baker sleeper cook; do koda agents apply $agent.yaml; done; echo All are there.");
        await pane.Shows("\nAll are there.");
        await pane.Says("clear; koda run --agent baker 'Schreib die Speisekarte 🍰'");
        await run.Sees(pane, "koda run: the agent asks", "Allow it?");

        await other.Says("clear; koda approve --list");
        await approve.Sees(other, "koda approve --list", "APPROVAL");
        var id = ApprovalId().Match(await other.Shown()).Value;
        await other.Says($"clear; koda approve {id}");
        await approve.Sees(other, "koda approve", "is approved");
        await other.Says($"clear; koda approve {id} --deny");
        await approve.Sees(other, "koda approve --deny, of what was answered", "was approved");
        await approve.End();

        await pane.Says("n");
        await run.Sees(pane, "n, when somebody else has approved it", "completed");
        await pane.Says("clear; koda run --agent sleeper 'Träum was Schönes 💤'");
        await run.Sees(pane, "koda run: the agent works", "attempt 1");
        await pane.Presses("C-c");
        await run.Sees(pane, "Ctrl-C", "The task goes on");
        await run.End();
    }

    private static async Task Chat(KeptScreens chat, TmuxPane pane, string size)
    {
        await pane.Says("clear; koda chat --agent cook");
        await chat.Sees(pane, "koda chat", "›");
        await pane.Types("Wie kocht man 日本茶 🍵?");
        await chat.Sees(pane, "typed", "›");
        await pane.Presses("Enter");
        await chat.Sees(pane, "Enter", "session $0");
        await pane.Pastes("Drei Zeilen:\n  eingefügt,\te\u0301\n👩‍🍳 die dritte");
        await chat.Sees(pane, "three lines are pasted", "die dritte");
        await pane.Resize("60x20");
        await chat.Sees(pane, "the terminal becomes 60x20", "die dritte");
        await pane.Resize(size);
        await chat.Sees(pane, $"the terminal becomes {size}", "die dritte");
        await pane.Presses("C-c");
        await chat.Sees(pane, "Ctrl-C takes away what is typed", "Ctrl-C once more leaves.");
        await pane.Says("/agent sleeper");
        await pane.Shows("sleeper answers from now on");
        await pane.Says("Träum was Schönes 💤");
        await pane.Shows("thinking");
        await pane.Says("Und dann?");
        await chat.Sees(pane, "an agent takes its time: what is said now waits", "queued");
        await pane.Presses("C-c");
        await chat.Sees(pane, "Ctrl-C cancels the turn", "1 queued message dropped");
        await pane.Presses("C-c");
        await chat.Sees(pane, "Ctrl-C leaves", "Go on with");
        await chat.End();
    }

    private async Task<TmuxPane> Open(string name, string size)
    {
        var pane = new TmuxPane(_home, name, ("KODA_LISTEN", $"http://127.0.0.1:{_port}"));
        await pane.Open(size);
        return pane;
    }

    private Task Agent(string id, string script, string action = "ask") => File.WriteAllTextAsync(
        Path.Combine(_home, id + ".yaml"),
        $"id: {id}\ntools: [write, todo]\npermissions: [{{tool: write, action: {action}}}]\n"
        + $"provider: {{kind: offline, options: {{script: {script}}}}}\n");

    // What is missing, and which steps of a start are seen, is a matter of the machine.
    private string Same(string screen)
    {
        var told = screen.Replace(_home, "/home/ana", StringComparison.Ordinal).Replace($":{_port}", ":48090", StringComparison.Ordinal);
        told = Duration().Replace(Missing().Replace(told, ""), "9 ms");
        told = Uuid().Replace(Id().Replace(told, "$1_01m8qr5w7jf10apnnc9hazx278"), "01a22f82-abbe-7765-bf57-1b532ef1ca5d");
        told = RecoveryCode().Replace(told, "  XXXX-XXXX-XXXX");
        told = Moment().Replace(told, "2026-12-01 12:00");
        return Spinner().Replace(Step().Replace(told, ""), "⠋");
    }

    [GeneratedRegex(@"apr_\w+")]
    private static partial Regex ApprovalId();

    [GeneratedRegex(@"(?<![\w.])[\d.]+ m?s\b")]
    private static partial Regex Duration();

    [GeneratedRegex(@"\b(tsk|apr)_[0-9a-z]{26}")]
    private static partial Regex Id();

    [GeneratedRegex("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")]
    private static partial Regex Uuid();

    [GeneratedRegex(@"(?<=\n)  \S{4,6}(-\S{4,6}){2,}(?=\n)")]
    private static partial Regex RecoveryCode();

    [GeneratedRegex(@"\b\d{4}-\d\d-\d\d \d\d:\d\d\b")]
    private static partial Regex Moment();

    [GeneratedRegex("^Missing: .*?\n(?=\n)", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Missing();

    [GeneratedRegex("^✓ (?!Starting the (server|worker) ).* 9 ms\n", RegexOptions.Multiline)]
    private static partial Regex Step();

    [GeneratedRegex("[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏]")]
    private static partial Regex Spinner();
}
