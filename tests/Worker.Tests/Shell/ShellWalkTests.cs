using Koda.Worker.Shell;
using Koda.Worker.Tests.Tools;
using Xunit;

namespace Koda.Worker.Tests.Shell;

public class ShellWalkTests
{
    [Theory]
    [InlineData("ls -l", "ls")]
    [InlineData("a && b || c; d | e & f", "a b c d e f")]
    [InlineData("echo $(rm x) `mv a b`", "rm mv echo")]
    [InlineData("echo \"$(rm \"$(date)\")\"", "date rm echo")]
    [InlineData("cat <(curl x) > >(tee y)", "curl tee cat")]
    [InlineData("cat <<EOF\n$(rm x)\nEOF\nls", "rm cat ls")]
    [InlineData("cat <<'EOF'\n$(rm x)\nEOF\nls", "cat ls")]
    [InlineData("if a; then b; elif c; then d; else e; fi", "a b c d e")]
    [InlineData("for x in $(a); do b; done", "a b")]
    [InlineData("for ((i=0;i<3;i++)); do b; done", "= b")]
    [InlineData("PATH=x; b $((PATH=1))", "= = b")]
    [InlineData("for PATH in x; do b; done", "= b")]
    [InlineData("x=1; for y in $x; do b ${x:-1} ${#y} $((1+1)) $?; done", "b")]
    [InlineData("b ${PATH:=x} ${x@P} ${!x} ${x[i]}", "= = = = b")]
    [InlineData("[[ $x -eq 1 ]] && [[ $y == 1 ]] && [[ $? -eq 0 ]] && b", "= b")]
    [InlineData("while a; do b; done < $(c)", "c a b")]
    [InlineData("case $(a) in x|y) b;; *) c;; esac", "a b c")]
    [InlineData("f() { a; }; f", "a f")]
    [InlineData("function f { a; }", "a")]
    [InlineData("(a; { b; })", "a b")]
    [InlineData("[[ -n $(a) && x =~ ^(b|c)$ ]] && d", "a d")]
    [InlineData("x=$(a) y=(b $(c)) d", "a c d")]
    [InlineData("echo ${x:-$(a)} $((1 + $(b)))", "a b = echo")]
    [InlineData("bash -c 'a; b'", "bash a b")]
    [InlineData("eval 'a | b'", "eval a b")]
    [InlineData("sudo -u root env A=1 timeout 5 a", "sudo env timeout a")]
    [InlineData("ls | xargs -n 1 a", "ls xargs a")]
    [InlineData("find . -name x -exec a {} \\; -exec b {} +", "find a b")]
    [InlineData("! time a", "a")]
    [InlineData("trap 'a' EXIT", "trap a")]
    [InlineData("bash <<< 'a'", "bash a")]
    [InlineData("r\"m\" x; \\rm y; 'rm' z", "rm rm rm")]
    [InlineData("a # b; c\nd", "a d")]
    public void Every_command_is_found_wherever_it_hides(string script, string programs) =>
        Assert.Equal(programs, string.Join(' ', Facts(script).Commands.Select(command => command.Program)));

    [Theory]
    [InlineData("$X foo")]
    [InlineData("$(echo rm) x")]
    [InlineData("eval \"$X\"")]
    [InlineData("echo rm x | sh")]
    [InlineData("bash -c \"$X\"")]
    [InlineData("source x.sh")]
    [InlineData("xargs $X < list")]
    [InlineData("env -S 'rm x'")]
    [InlineData("find . -exec sh -c 'rm {}' \\;")]
    [InlineData("busybox rm x")]
    [InlineData("alias ls=rm")]
    [InlineData("echo 'unfinished")]
    [InlineData("echo \"$\\\n(rm x)\"")]
    [InlineData("echo \"${x:-'}\"; rm y; echo \"'}\"")]
    [InlineData("cat <<EOF\nEO\\\nF\nrm x\nEOF")]
    [InlineData("x=$(cat <<EOF)\nrm x\nEOF")]
    [InlineData("shopt -s extglob\nls !(a)")]
    public void What_cannot_be_known_before_it_runs_is_said_to_be_hidden(string script) => Assert.True(Facts(script).Hidden);

    [Theory]
    [InlineData("cat ../outside/secret")]
    [InlineData("cat < ../outside/secret")]
    [InlineData("echo x > ../outside/secret")]
    [InlineData("cd ..; cat outside/secret")]
    [InlineData("cd sub && cd .. && cd .. && cat outside/secret")]
    [InlineData("cd missing; cat ../outside/secret")]
    [InlineData("(cd .. ; cat outside/secret)")]
    [InlineData("while true; do cd ..; done")]
    [InlineData("cat \"..\"/outside/secret")]
    [InlineData("cat '.'.'/outside/secret'")]
    [InlineData("cat .\\./outside/secret")]
    [InlineData("cat sub/../../outside/secret")]
    [InlineData("cat link/secret")]
    [InlineData("cat *k/secret")]
    [InlineData("cp sub/file link")]
    [InlineData("ln -s ../outside x")]
    [InlineData("ln -s ../../outside sub")]
    [InlineData("tar -C ../outside -xf a.tar")]
    [InlineData("tar --directory=../outside -xf a.tar")]
    [InlineData("git -C ../outside status")]
    [InlineData("gcc -I../outside a.c")]
    [InlineData("dd if=sub/file of=../outside/secret")]
    [InlineData("bash -c 'cat ../outside/secret'")]
    [InlineData("eval cat ../outside/secret")]
    [InlineData("find ../outside -delete")]
    [InlineData("env A=1 cat ../outside/secret")]
    [InlineData("timeout 5 cat ../outside/secret")]
    [InlineData("pushd .. ; cat outside/secret")]
    [InlineData("if true; then cat ../outside/secret; fi")]
    [InlineData("cat sub/file | tee ../outside/secret")]
    [InlineData("cd sub/..; cat ../outside/secret")]
    public void A_word_that_leads_out_is_found(string script)
    {
        using var folder = Folder();
        var facts = ShellWalk.Facts(script, folder.Root);
        Assert.Contains(facts.Paths, path => !path.Real.StartsWith(folder.Root, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("cd sub && cat ../top.txt")]
    [InlineData("cd sub; cat ../sub/file")]
    [InlineData("mkdir -p build && cd build && touch ../top.txt")]
    [InlineData("cat sub/file | head -n 3 > out.txt 2>&1 < /dev/null")]
    [InlineData("grep -n '/api/v1' sub/file")]
    [InlineData("echo ../outside/secret")]
    [InlineData("ls *.txt")]
    [InlineData("ln -s ../top.txt sub/alias")]
    public void A_script_that_stays_in_the_workspace_names_nothing_else(string script)
    {
        using var folder = Folder();
        var facts = ShellWalk.Facts(script, folder.Root);
        Assert.All(facts.Paths, path => Assert.StartsWith(folder.Root, path.Real));
    }

    [Theory]
    [InlineData("cat $X")]
    [InlineData("cat $(pwd)/../x")]
    [InlineData("cat {sub,../outside}/file")]
    [InlineData("cat ~root/x")]
    [InlineData("cat .*/secret")]
    [InlineData("cat $'\\x2e\\x2e/outside'")]
    [InlineData("cd $X; cat file")]
    [InlineData("cd -")]
    [InlineData("echo x > $X")]
    [InlineData("HOME=.. ls")]
    [InlineData("IFS=/")]
    [InlineData("f() { cat x; }")]
    [InlineData("((a[$(id)]))")]
    [InlineData("exec 3<> /dev/tcp/host/80")]
    [InlineData("mv sub elsewhere && cat top.txt")]
    public void Where_the_files_cannot_be_known_that_is_said(string script)
    {
        using var folder = Folder();
        Assert.NotEmpty(ShellWalk.Facts(script, folder.Root).Open);
    }

    [Theory]
    [InlineData("python x.py")]
    [InlineData("./run.sh")]
    [InlineData("npm test")]
    [InlineData("sort --compress-program=x sub/file")]
    [InlineData("grep -R x .")]
    [InlineData("cp -r sub other")]
    [InlineData("sed -i s/a/b/ sub/file")]
    [InlineData("printf -v 'a[$(id)]' x")]
    [InlineData("test -v 'a[$(id)]'")]
    [InlineData("find . -L -name x")]
    [InlineData("bash script.sh")]
    public void A_program_that_may_touch_anything_is_named(string script) => Assert.NotEmpty(Facts(script).Opaque);

    [Theory]
    [InlineData("cat sub/file | grep -n x | head -n 3")]
    [InlineData("mkdir -p a/b && touch a/b/c && ls -la a")]
    [InlineData("find . -name '*.txt' -type f")]
    [InlineData("sed -n '1,5p' top.txt")]
    public void A_program_that_keeps_to_its_words_is_not(string script)
    {
        var facts = Facts(script);
        Assert.Empty(facts.Opaque);
        Assert.Empty(facts.Open);
    }

    private static ShellFacts Facts(string script)
    {
        using var folder = Folder();
        return ShellWalk.Facts(script, folder.Root);
    }

    private static TempWorkspace Folder()
    {
        var folder = new TempWorkspace();
        folder.Write("sub/file", "x\n");
        folder.Write("top.txt", "x\n");
        File.WriteAllText(Path.Combine(folder.Outside, "secret"), "secret");
        Directory.CreateSymbolicLink(Path.Combine(folder.Root, "link"), folder.Outside);
        return folder;
    }
}
