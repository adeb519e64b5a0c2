namespace Koda.Worker.Tests.Shell;

/// <summary>
/// Makes command lines from a seed: harmless ones, escapes, and harmless ones that look like escapes, in all the forms that bash has.
/// </summary>
internal sealed class CommandGenerator(int seed)
{
    private static readonly string[] s_inside =
    [
        "top.txt",
        "sub/file",
        "sub",
        "./top.txt",
        "sub/../top.txt",
        "deep/a/b",
        "new.txt",
        "sub/new",
        "*.txt",
        "sub/f*",
        "\"top.txt\"",
        "'sub/file'",
        "{root}/top.txt",
        "deep/a/near/file",
        "s*/file",
        "t\\op.txt",
        "deep/a",
    ];

    private static readonly string[] s_outside =
    [
        "../outside/secret",
        "link/secret",
        "link",
        "linkfile",
        "{outside}/secret",
        "{root}/../outside/secret",
        "sub/../../outside/secret",
        "\"..\"/outside/secret",
        ".\\./outside/secret",
        "'.'.'/outside/secret'",
        "l*/secret",
        "../*/secret",
        "l?nk/dir/*",
        "{top.txt,../outside/secret}",
        "$OUT/secret",
        "$(echo ..)/outside/secret",
        "`echo ../outside`/secret",
        "${HOME}/file",
        "~/file",
        "~/../secret",
        "/proc/self/cwd/../outside/secret",
        "$'\\x2e\\x2e/outside/secret'",
        "${PWD}/../outside/secret",
        "deep/up/secret",
        "deep/a/low/secret",
        "sub/dangling",
        "${X:-..}/outside/secret",
        ".[.]/outside/secret",
        "[.l]*/secret",
        "../secret",
        "\"$(printf '%s' ../outside)\"/secret",
        "deep/a/near/../../outside/secret",
        "$((1))../outside/secret",
        "sub//..//../outside/./secret",
        "/dev/fd/../../cwd/../outside/secret",
    ];

    private static readonly string[] s_places =
    [
        "sub",
        "deep",
        "deep/a",
        "..",
        "link",
        "deep/up",
        "sub/..",
        "../outside",
        "-",
        "$OUT",
        "missing",
        ".",
        "deep/a/near",
        "\"\"",
        "/proc/self/cwd/..",
    ];

    private static readonly string[] s_simple =
    [
        "cat P",
        "cat P",
        "head -n 1 P",
        "ls P",
        "ls -la P",
        "wc -l P",
        "grep -r x P",
        "grep -n a P",
        "cp P P",
        "mv P P",
        "rm P",
        "rm -rf P",
        "touch P",
        "mkdir -p P",
        "ln -s P P",
        "echo x > P",
        "echo x >> P",
        "cat < P",
        "tee P < top.txt",
        "find P -type f",
        "find P -delete",
        "find P -exec cat {} \\;",
        "find P -name '*' -exec rm {} +",
        "sed -n 1p P",
        "sed -i s/a/b/ P",
        "dd if=P of=P",
        "tar cf new.tar P",
        "cp -r P new",
        "env A=1 cat P",
        "bash -c 'cat P'",
        "bash -c \"cat P\"",
        "sh run.sh",
        "python3 -c \"print(open('P').read())\"",
        "xargs cat <<< P",
        "echo P | xargs cat",
        "eval \"cat P\"",
        "eval cat P",
        "x=P; cat $x",
        "diff P P",
        "sort P",
        "sort P -o P",
        "truncate -s 0 P",
        "chmod 700 P",
        "test -f P && cat P",
        "[ -e P ] && rm P",
        "cat <(cat P)",
        "cat P > P",
        "printf x > $(echo P)",
        "tail -n 2 P",
        "stat -c %n P",
        "echo P",
        "printf '%s' \"$(< P)\"",
        "rmdir P",
        "unlink P",
        "awk 1 P",
        "source P",
        "./run.sh",
        "cat <<EOF > P\nx\nEOF",
        "cat <<EOF\n$(cat P)\nEOF",
        "bash <<EOF\ncat P\nEOF",
        "bash <<'EOF'\ncat P\nEOF",
        "while read -r l; do echo $l; done < P",
        "mapfile -t a < P; echo ${a[0]}",
        "HOME=.. ; cat ~/outside/secret",
        "IFS=/ ; cat P",
        "timeout 2 cat P",
        "nohup cat P",
        "command cat P",
        "exec cat P",
        "busybox cat P",
        "trap 'cat P' EXIT",
        "cat P | tee P",
        "cut -c1 P",
        "ln -s .. new; cat new/outside/secret",
        "mv deep/up/ . ; cat up/secret",
        "mv deep/a/low sub/; cat sub/low/secret",
        "ln -s P new && cat new/secret",
        "cp -a deep/a new; cat new/low/secret",
        "cat() { command cat P; }; cat top.txt",
        "alias ls='cat P'; ls",
        "printf -v 'a[$(cat P)]' x",
        "((a[$(cat P)]))",
        "[[ -v a[$(cat P)] ]]",
        "git diff --no-index P P",
        "tar xf P",
        "paste P P",
        "rev P",
    ];

    private readonly Random _random = new(seed);

    /// <summary>A command line; paths in it stand for those of a tree.</summary>
    public string Next() => Script(depth: 0);

    private string Script(int depth) => _random.Next(depth > 2 ? 6 : 16) switch
    {
        < 6 => Command(),
        6 => $"{Script(depth + 1)}; {Script(depth + 1)}",
        7 => $"{Script(depth + 1)} && {Script(depth + 1)}",
        8 => $"{Script(depth + 1)} || {Script(depth + 1)}",
        9 => $"({Line(depth)}) | cat",
        10 => $"cd {Pick(s_places)} && {Script(depth + 1)}",
        11 => $"cd {Pick(s_places)}; {Script(depth + 1)}",
        12 => $"(cd {Pick(s_places)}; {Line(depth)})",
        13 => $"for f in {Path()}; do cat \"$f\"; {Line(depth)}; done",
        14 => $"if {Line(depth)}; then {Line(depth)}; else {Line(depth)}; fi",
        _ => $"echo \"$({Line(depth)})\"",
    };

    // A script that can be followed by more on its line.
    private string Line(int depth)
    {
        var script = Script(depth + 1);
        return script.Contains("EOF", StringComparison.Ordinal) ? Command("cat P") : script;
    }

    private string Command() => Command(Pick(s_simple));

    private string Command(string pattern)
    {
        while (pattern.IndexOf('P', StringComparison.Ordinal) is >= 0 and var at && IsPlace(pattern, at))
            pattern = $"{pattern[..at]}\u0001{Path()}{pattern[(at + 1)..]}";
        return pattern.Replace("\u0001", "");
    }

    // The letter stands alone; paths that were put in hold words in capitals only.
    private static bool IsPlace(string pattern, int at) =>
        (at + 1 == pattern.Length || !char.IsAsciiLetterUpper(pattern[at + 1])) && (at == 0 || !char.IsAsciiLetterUpper(pattern[at - 1]));

    private string Path() => _random.Next(5) < 3 ? Pick(s_inside) : Pick(s_outside);

    private string Pick(string[] from) => from[_random.Next(from.Length)];
}
