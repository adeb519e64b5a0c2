using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;
using Koda.Protos.Worker.V1;
using Koda.Worker.Loop;
using Koda.Worker.Tests.Tools;
using Koda.Worker.Tools;
using Xunit;
using Xunit.Abstractions;

namespace Koda.Worker.Tests.Shell;

/// <summary>Nothing outside of a workspace is touched by a command that nobody was asked about; each is run for real to see.</summary>
public class ShellEscapeTests(ITestOutputHelper output)
{
    private const int Commands = 1000;

    // Another seed makes another thousand: KODA_SHELL_SEED=7 dotnet test ...
    private static readonly int s_seed = int.Parse(
        Environment.GetEnvironmentVariable("KODA_SHELL_SEED") ?? "20261122", CultureInfo.InvariantCulture);

    private static readonly Sandbox s_none = Sandbox.Off("It is switched off.");

    // It runs them in a sandbox of its own, so that what they do to the machine is seen and does no harm.
    [SandboxFact]
    public async Task Of_a_thousand_random_commands_without_a_sandbox_none_leaves_the_workspace_unasked()
    {
        var (free, asked, escapes) = await Try(
            async (tree, command) =>
            {
                var isFree = IsFree(command, tree.Context(s_none));
                // Those that are asked about run too: it shows how many of them are escapes.
                return (isFree, tree.Touched(await tree.Run(command)));
            });
        output.WriteLine(
            $"Without a sandbox: {free} ran unasked, {asked} were asked about, {escapes} of these would have left the workspace.");
        Assert.InRange(free, 100, Commands);
        Assert.InRange(escapes, 200, Commands);
    }

    [SandboxFact]
    public async Task Of_a_thousand_random_commands_in_the_sandbox_none_leaves_the_workspace_unasked()
    {
        var (free, asked, _) = await Try(async (tree, command) =>
        {
            var context = tree.Context(TestSandbox.Here);
            var isFree = IsFree(command, context);
            var arguments = new JsonObject { ["command"] = command };
            return (isFree, isFree && tree.Touched((await new BashTool().Bind(arguments).Run(context, CancellationToken.None)).Text));
        });
        output.WriteLine($"In the sandbox: {free} ran unasked, {asked} were asked about.");
        Assert.InRange(free, 200, Commands);
    }

    [Theory]
    [MemberData(nameof(KnownEscapes))]
    public void A_known_escape_is_asked_about_without_a_sandbox(string command)
    {
        using var tree = new CanaryTree();
        command = In(tree, command);
        Assert.False(IsFree(command, tree.Context(s_none)), command);
    }

    [SandboxTheory]
    [MemberData(nameof(KnownEscapes))]
    public async Task A_known_escape_is_asked_about_in_a_sandbox_too_or_comes_to_nothing(string command)
    {
        using var tree = new CanaryTree();
        command = In(tree, command);
        var context = tree.Context(TestSandbox.Here);
        var asked = !IsFree(command, context);
        // What is asked about runs as well: without the answer it comes to nothing either.
        var result = await new BashTool().Bind(new JsonObject { ["command"] = command }).Run(context, CancellationToken.None);
        Assert.False(tree.Touched(result.Text), $"{(asked ? "Asked" : "Not asked")}: {result.Text}");
    }

    public static TheoryData<string> KnownEscapes() =>
        [
            "cat $(echo ../outside/secret)",
            "cat `echo ../outside/secret`",
            "cat <<EOF\n$(cat ../outside/secret)\nEOF",
            "bash <<EOF\ncat ../outside/secret\nEOF",
            "cd .. ; cat outside/secret",
            "cd ..\ncat outside/secret",
            "cd sub/../.. && rm -rf outside",
            "pushd .. && touch outside/x",
            "ln -s .. up && cat up/outside/secret",
            "ln -s /etc e; cat e/passwd",
            "ln ../outside/secret hard && cat hard",
            "find .. -name secret -exec cat {} +",
            "find . -exec cat ../outside/secret \\;",
            "find .. -delete",
            "find link/ -delete",
            "env -C .. cat outside/secret",
            "env -S 'cat ../outside/secret'",
            "HOME=.. bash -c 'cat ~/outside/secret'",
            "BASH_ENV=../outside/secret bash -c true",
            "PATH=../outside:$PATH secret",
            "LD_PRELOAD=../outside/x.so ls",
            "CDPATH=.. cd outside",
            "cat '..'/outside/secret",
            "cat \"..\"\"/outside/secret\"",
            "cat ..\\/outside/secret",
            "cat <(cat ../outside/secret)",
            "tee >(cat > ../outside/x) < top.txt",
            "cat /proc/self/cwd/../outside/secret",
            "cat /proc/$$/cwd/../outside/secret",
            "cat */secret",
            "cat .*/outside/secret",
            "cat ${HOME}/file",
            "cat ~/file",
            "cat ~root/.profile",
            "cat {..,sub}/outside/secret",
            "printf x > $(echo ../outside/secret)",
            "echo x >| ../outside/secret",
            "echo x &> ../outside/secret",
            "exec 3> ../outside/secret",
            "{ echo x; } > ../outside/secret",
            "for f in ../outside/*; do cat $f; done",
            "while read l; do echo $l; done < ../outside/secret",
            "cat linkfile",
            "echo x > linkfile",
            "echo x > sub/dangling",
            "cp top.txt link",
            "cp top.txt sub/dangling",
            "mv deep/up . && cat up/secret",
            "mv deep/a/low . ; cat low/secret",
            "tar -C .. -cf x.tar outside",
            "tar cf - --directory=.. outside",
            "git -C .. init",
            "git --git-dir=../outside/.git init",
            "make -C ..",
            "python3 -c 'open(\"../outside/secret\").read()'",
            "perl -e 'print <../outside/*>'",
            "awk 'BEGIN{while((getline l < \"../outside/secret\")>0)print l}'",
            "sed -n 'r ../outside/secret' top.txt",
            "sed 'w ../outside/x' top.txt",
            "sort -o ../outside/secret top.txt",
            "dd if=../outside/secret",
            "dd if=top.txt of=../outside/secret",
            "xargs cat <<< ../outside/secret",
            "echo ../outside/secret | xargs cat",
            "echo 'cat ../outside/secret' | sh",
            "eval 'cat ../out''side/secret'",
            "X=..; cat $X/outside/secret",
            "cat ${X:-../outside/secret}",
            "f() { cat ../outside/secret; }; f",
            "trap 'cat ../outside/secret' EXIT",
            "source ../outside/secret",
            ". run.sh",
            "sh run.sh",
            "./run.sh",
            "cat $'\\x2e\\x2e/outside/secret'",
            "cat \"$\\\n(echo ../outside/secret)\"",
            "echo \"${x:-'}\"; cat ../outside/secret; echo \"'}\"",
            "cat <<X\nY\\\n\nX\ncat ../outside/secret\nX",
            "((a[$(cat ../outside/secret)]))",
            "printf -v 'a[$(cat ../outside/secret)]' x",
            "test -v 'a[$(cat ../outside/secret)]'",
            "grep -rR . deep",
            "grep -f ../outside/secret top.txt",
            "ls -R link/",
            "cp -r link copy",
            "cp -rL deep copy",
            "rsync -a ../outside/ here",
            "install top.txt ../outside/x",
            "truncate -s0 ../outside/secret",
            "shred ../outside/secret",
            "unlink ../secret",
            "rm -rf link/*",
            "timeout 5 cat ../outside/secret",
            "nohup sh -c 'cat ../outside/secret'",
            "command cat ../outside/secret",
            "builtin cd .. && cat outside/secret",
            "exec cat ../outside/secret",
            "setsid cat ../outside/secret",
            "busybox cat ../outside/secret",
            "coproc cat ../outside/secret",
            "alias ls='cat ../outside/secret'; ls",
            "shopt -s extglob; cat !(x)/secret",
            "cd missing; cat ../outside/secret",
            "cd \"\" ; cat ../secret",
            "cat </dev/fd/../../cwd/../outside/secret",
            "cat ${PWD%/*}/outside/secret",
            "cat \"${PWD}\"/../outside/secret",
            "OLDPWD=.. ; cd - && cat outside/secret",
            "wc -l --files0-from=../outside/secret",
        ];

    private static async Task<(int Free, int Asked, int Escapes)> Try(
        Func<CanaryTree, string, Task<(bool Free, bool Touched)>> tryCommand)
    {
        var generator = new CommandGenerator(s_seed);
        var commands = Enumerable.Range(0, Commands).Select(_ => generator.Next()).ToList();
        var results = new ConcurrentBag<(bool Free, bool Touched)>();
        var escaped = new ConcurrentBag<string>();
        await Parallel.ForEachAsync(commands, new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (command, _) =>
        {
            using var tree = new CanaryTree();
            var result = await tryCommand(tree, In(tree, command));
            results.Add(result);
            if (result is { Free: true, Touched: true })
                escaped.Add(command);
        });
        Assert.True(escaped.IsEmpty, $"These left the workspace, and nobody was asked:\n{string.Join("\n---\n", escaped.Order())}");
        return (
            results.Count(result => result.Free),
            results.Count(result => !result.Free),
            results.Count(result => result is { Free: false, Touched: true }));
    }

    private static string In(CanaryTree tree, string command) => command
        .Replace("{root}", tree.Root).Replace("{outside}", tree.Outside).Replace("$OUT", "$(echo ../outside)");

    // Every command is allowed, and every removal: only to leave the workspace is asked about.
    private static bool IsFree(string command, ToolContext context)
    {
        var permissions = new Permissions(
            [Rule(Demand.ExternalDirectory, PermissionAction.Ask)],
            [],
            [Rule("bash", PermissionAction.Allow), Rule("rm", PermissionAction.Allow), Rule("rmdir", PermissionAction.Allow)]);
        return BashDemands
            .Of(command, context)
            .All(demand =>
                (permissions.Decide(demand) ?? (demand.Harmless ? PermissionAction.Allow : PermissionAction.Ask))
                    == PermissionAction.Allow);
    }

    private static PermissionRule Rule(string tool, PermissionAction action) => new() { Tool = tool, Action = action };
}
