using Koda.Protos.Worker.V1;
using Koda.Worker.Loop;
using Koda.Worker.Tests.Tools;
using Koda.Worker.Tools;
using Xunit;

namespace Koda.Worker.Tests.Shell;

/// <summary>A rule on a command covers that program with those words: everything else on its line is decided by itself.</summary>
public class CommandRuleTests
{
    // In a task: what no rule speaks of is asked about, when it is not only read.
    private static readonly Permissions s_rules = new([
        Rule("npm test*"),
        Rule("npm run build"),
        Rule("git commit *"),
        Rule("git status"),
        Rule("git log *"),
        Rule("git grep *"),
        Rule("git fetch *"),
        Rule("tar *"),
        Rule("sort *"),
        Rule("find *"),
        Rule("rg *"),
        Rule("make *"),
        Rule("dotnet test *"),
        Rule("cargo test *"),
        Rule("go test *"),
        Rule("sed *"),
        Rule("git -c core.pager=cat diff *"),
        Rule("npm ls --script-shell=*"),
        Rule("rsync *"),
    ]);

    [Theory]
    [InlineData("npm test")]
    [InlineData("npm test -- --watch=false")]
    [InlineData("npm test -- --script-shell=x -e")]
    [InlineData("npm testing")]
    [InlineData("npm  test   # the whole suite")]
    [InlineData("npm \\\ntest")]
    [InlineData("npm test 2>&1")]
    [InlineData("npm test > /dev/null 2>&1 < /dev/null")]
    [InlineData("npm run build 2> /dev/null")]
    [InlineData("npm test && npm run build || npm test; npm test &")]
    [InlineData("npm test\nnpm run build")]
    [InlineData("(npm test; { npm run build; })")]
    [InlineData("if npm test; then npm run build; fi")]
    [InlineData("timeout 60 npm test")]
    [InlineData("time nice -n 5 npm test")]
    [InlineData("env NODE_ENV=test npm test")]
    [InlineData("log=x; npm test")]
    [InlineData("for i in 1 2 3; do npm test; done")]
    [InlineData("npm test < package.json")]
    [InlineData("npm test <<< yes")]
    [InlineData("npm test $((1 + 1)) ${#x} $?")]
    [InlineData("npm test -- \"$x\"")]
    [InlineData("git commit -m 'npm test > ../x; $(x)'")]
    [InlineData("git commit -am \"$message\"")]
    [InlineData("git commit -m done -- sub/file")]
    [InlineData("git status")]
    [InlineData("git log --oneline -n 5")]
    [InlineData("git log --format='%h $x' -c")]
    [InlineData("git -c core.pager=cat diff HEAD")]
    [InlineData("tar -czf new.tgz sub")]
    [InlineData("tar czf new.tgz s*")]
    [InlineData("sort -u sub/file")]
    [InlineData("find . -name '*.cs' -type f")]
    [InlineData("find . -name '*.cs' -exec git status \\;")]
    [InlineData("rg --pre-glob '*.pdf' pattern")]
    [InlineData("make -j4 check")]
    [InlineData("make -C sub check CFLAGS=-O2")]
    [InlineData("dotnet test -c Release --filter Name=x --logger trx -p:Version=1.2")]
    [InlineData("cargo test --release -- --nocapture")]
    [InlineData("go test ./... -run TestX -count=1")]
    [InlineData("sed -n '1,5p' sub/file")]
    [InlineData("sed -e 's/one/two/g' sub/file")]
    [InlineData("npm ls --script-shell=bash")]
    [InlineData("rsync -av sub/ copy/")]
    public void What_a_rule_says_runs_without_a_question(string line) => Assert.Equal("", Open(line));

    [Theory]
    // Redirects.
    [InlineData("npm test > out.txt", "write:out.txt")]
    [InlineData("npm test >> sub/file", "write:sub/file")]
    [InlineData("npm test &> out.txt", "write:out.txt")]
    [InlineData("npm test 2>| out.txt", "write:out.txt")]
    [InlineData("{ npm test; } > out.txt", "write:out.txt")]
    [InlineData("for i in 1; do npm test; done > out.txt", "write:out.txt")]
    [InlineData("npm test > ../outside/x", "external_directory:{outside}/x write:{outside}/x")]
    [InlineData("npm test >> {outside}/secret", "external_directory:{outside}/secret write:{outside}/secret")]
    [InlineData("npm test < ../outside/secret", "external_read:{outside}/secret")]
    [InlineData("npm test > link/secret", "external_directory:{outside}/secret write:{outside}/secret")]
    [InlineData("> out.txt", "write:out.txt")]
    // Words that lead out.
    [InlineData("npm test --prefix ../outside", "external_directory:{outside}")]
    [InlineData("npm test --prefix=../outside", "external_directory:{outside}")]
    [InlineData("npm test -C../outside", "external_directory:{outside}")]
    [InlineData("npm test -o../outside/x", "external_directory:{outside}/x")]
    [InlineData("npm test link", "external_directory:{outside}")]
    [InlineData("npm test l*k", "external_directory:{outside}")]
    [InlineData("git log -- ../outside", "external_directory:{outside}")]
    [InlineData("sort ../outside/secret", "external_directory:{outside}/secret")]
    [InlineData("find ../outside -name x", "external_read:{outside}")]
    // Other programs.
    [InlineData("npm test; curl x", "bash:curl x")]
    [InlineData("npm test\ncurl x", "bash:curl x")]
    [InlineData("npm test # x\ncurl x", "bash:curl x")]
    [InlineData("npm test \\\n; curl x", "bash:curl x")]
    [InlineData("npm test & curl x", "bash:curl x")]
    [InlineData("npm test | tee out.txt", "bash:tee out.txt")]
    [InlineData("npm test $(curl x)", "bash:curl x bash:npm test $(curl x)")]
    [InlineData("npm test `curl x`", "bash:curl x bash:npm test `curl x`")]
    [InlineData("npm test <(curl x)", "bash:curl x")]
    [InlineData("npm test >(curl x)", "bash:curl x")]
    [InlineData("npm test <<EOF\n$(curl x)\nEOF", "bash:curl x")]
    [InlineData("npm test -- \"${x:-$(curl x)}\"", "bash:curl x")]
    [InlineData("npm test $((1 + $(curl x)))", "bash:((1 + $(curl x))) bash:curl x")]
    [InlineData("npm() { curl x; }; npm test", "bash:curl x")]
    [InlineData("cd sub; npm test", "bash:cd sub")]
    [InlineData("find . -exec curl x \\;", "bash:curl x")]
    [InlineData("npm run build --x", "bash:npm run build --x")]
    [InlineData("/usr/bin/npm test", "bash:/usr/bin/npm test")]
    [InlineData("./npm test", "bash:./npm test")]
    [InlineData("npm \"te\"st", "bash:npm \"te\"st")]
    [InlineData("n\\pm test", "bash:n\\pm test")]
    [InlineData("npm t{e,}st", "bash:npm t{e,}st")]
    [InlineData("$p test", "bash:$p test")]
    // Wrappers that do more than to run it, and variables that programs heed.
    [InlineData("env PATH=sub npm test", "bash:env PATH=sub npm test")]
    [InlineData("env -i npm test", "bash:env -i npm test")]
    [InlineData("xargs npm test", "bash:xargs npm test")]
    [InlineData("sudo npm test", "bash:sudo npm test")]
    [InlineData("PATH=sub npm test", "bash:PATH=sub npm test")]
    [InlineData("PATH=sub timeout 5 npm test", "bash:PATH=sub timeout 5 npm test")]
    [InlineData("NODE_OPTIONS=--require=./x.js npm test", "bash:NODE_OPTIONS=--require=./x.js npm test")]
    [InlineData("npm_config_script_shell=sub/x npm test", "bash:npm_config_script_shell=sub/x npm test")]
    [InlineData("GIT_EXTERNAL_DIFF=sub/x git log -p", "bash:GIT_EXTERNAL_DIFF=sub/x git log -p")]
    [InlineData("PATH=sub; npm test", "bash:PATH=sub")]
    [InlineData("PATH=sub\nnpm test", "bash:PATH=sub")]
    [InlineData("export BASH_ENV=x; npm test", "bash:export BASH_ENV=x")]
    [InlineData("for PATH in sub; do npm test; done", "bash:PATH=sub")]
    [InlineData("npm test $((PATH=1))", "bash:((PATH=1))")]
    [InlineData("x='a[$(curl x)]'; npm test $((x))", "bash:((x))")]
    [InlineData("npm test -- ${PATH:=sub}", "bash:((PATH:=sub))")]
    // Options that make the program run another one.
    [InlineData("npm test --script-shell=sub/x", "bash:npm test --script-shell=sub/x")]
    [InlineData("npm test --script-sh sub/x", "bash:npm test --script-sh sub/x")]
    [InlineData("npm test '--script-shell=sub/x'", "bash:npm test '--script-shell=sub/x'")]
    [InlineData("x=--script-shell=sub/x; npm test $x", "bash:npm test $x")]
    [InlineData("npm ls --script-shell=bash --script-shell=sub/x", "bash:npm ls --script-shell=bash --script-shell=sub/x")]
    [InlineData("git -c core.pager=sub/x log", "bash:git -c core.pager=sub/x log")]
    [InlineData("git -c core.pager=cat -c alias.x=y diff", "bash:git -c core.pager=cat -c alias.x=y diff")]
    [InlineData("git --exec-path=sub status", "bash:git --exec-path=sub status")]
    [InlineData("git grep -O'sub/x' x", "bash:git grep -O'sub/x' x")]
    [InlineData("git fetch --upload-pack=sub/x origin", "bash:git fetch --upload-pack=sub/x origin")]
    [InlineData("git fetch --upload-p sub/x origin", "bash:git fetch --upload-p sub/x origin")]
    [InlineData("tar -cf x.tar --to-command=sub/x sub", "bash:tar -cf x.tar --to-command=sub/x sub")]
    [InlineData("tar xIf sub/x x.tar", "bash:tar xIf sub/x x.tar")]
    [InlineData("sort --compress-program=sub/x sub/file", "bash:sort --compress-program=sub/x sub/file")]
    [InlineData("rg --pre sub/x y", "bash:rg --pre sub/x y")]
    [InlineData("make SHELL=sub/x check", "bash:make SHELL=sub/x check")]
    [InlineData("dotnet test @sub/x", "bash:dotnet test @sub/x")]
    [InlineData("dotnet test -p:CustomBeforeMicrosoftCommonTargets=sub/x", "bash:dotnet test -p:CustomBeforeMicrosoftCommonTargets=sub/x")]
    [InlineData("cargo test --config sub/x", "bash:cargo test --config sub/x")]
    [InlineData("go test -exec sub/x ./...", "bash:go test -exec sub/x ./...")]
    [InlineData("sed '1e sub/x' sub/file", "bash:sed '1e sub/x' sub/file")]
    [InlineData("rsync -e sub/x sub/ copy/", "bash:rsync -e sub/x sub/ copy/")]
    public void Everything_else_on_its_line_is_asked_about_by_itself(string line, string open) => Assert.Equal(open, Open(line));

    [Fact]
    public void A_file_whose_name_is_an_option_is_no_part_of_a_pattern()
    {
        using var folder = new TempWorkspace();
        folder.Write("--to-command=x", "");
        Assert.Equal("bash:tar -cf x.tar *", Open("tar -cf x.tar *", folder));
    }

    [Theory]
    [InlineData("npm test", "npm test > out", PermissionAction.Ask)]
    [InlineData("* > *", "npm test > out", PermissionAction.Deny)]
    [InlineData("npm test", "npm test", PermissionAction.Deny)]
    public void A_rule_may_forbid_a_command_by_its_redirects_too(string pattern, string line, PermissionAction decided)
    {
        var action = decided;
        var permissions = new Permissions([Rule("npm *"), new PermissionRule { Tool = "bash", Pattern = pattern, Action = action }]);
        using var folder = Folder();
        Assert.Equal(decided, BashDemands.Of(line, folder.Context).Where(demand => demand.Tool == "bash").Max(permissions.Decide));
    }

    [Theory]
    [InlineData("echo x\0; curl x")]
    [InlineData("npm test 'unfinished")]
    [InlineData("npm test; ((")]
    [InlineData("npm test; coproc curl x")]
    public void What_is_hard_to_read_is_asked_about_as_a_whole(string line) => Assert.StartsWith("bash:", Open(line));

    private static string Open(string line)
    {
        using var folder = Folder();
        return Open(line, folder);
    }

    private static string Open(string line, TempWorkspace folder)
    {
        var context = folder.Context with { Sandbox = TestSandbox.Here };
        var demands = BashDemands.Of(line.Replace("{outside}", folder.Outside, StringComparison.Ordinal), context).ToList();
        return string.Join(
            ' ',
            demands
                .Where(demand => !demand.Leaves || demand.Subject != Demand.Unknown)
                .Where(demand =>
                    (s_rules.Decide(demand) ?? (demand.Harmless ? PermissionAction.Allow : PermissionAction.Ask)) != PermissionAction.Allow)
                .Select(demand => $"{demand.Tool}:{demand.Subject.Replace(folder.Outside, "{outside}", StringComparison.Ordinal)}")
                .Distinct()
                .Order(StringComparer.Ordinal));
    }

    private static TempWorkspace Folder()
    {
        var folder = new TempWorkspace();
        folder.Write("sub/file", "x\n");
        folder.Write("package.json", "{}");
        File.WriteAllText(Path.Combine(folder.Outside, "secret"), "secret");
        Directory.CreateSymbolicLink(Path.Combine(folder.Root, "link"), folder.Outside);
        return folder;
    }

    private static PermissionRule Rule(string pattern) => new() { Tool = "bash", Pattern = pattern, Action = PermissionAction.Allow };
}
