namespace Koda.Worker.Shell;

/// <summary>Works out what one simple command runs and touches.</summary>
/// <param name="facts">Where that is noted.</param>
/// <param name="paths">Reads its words as paths.</param>
/// <param name="script">Follows a script inside of the command.</param>
/// <param name="functions">The functions that the script has defined.</param>
/// <param name="still">Whether the script changes no file.</param>
internal sealed class CommandReading(
    ShellFacts facts, PathReading paths, Func<string, WorkingPlaces, Outcome> script, IReadOnlySet<string> functions, bool still)
{
    private static readonly ShellWord s_unseen = new("…", null, IsPattern: false, []);

    public Outcome Read(ShellNode.Simple command, WorkingPlaces places)
    {
        // A calculation has no name: what it touches is judged where it stands.
        if (!ConfinedPrograms.Assigns(command.Assignments) && command.Assignments[0].Name.Length > 0)
            facts.Leave(command.Text);
        if (command.Words.Count > 0)
            return Read(command.Words, command, places);
        if (!ConfinedPrograms.Keeps(command.Assignments))
            facts.Add(new ShellCommand(ShellCommand.Assignment, command.Bare, command.Bare));
        return Outcome.At(places);
    }

    private Outcome Read(IReadOnlyList<ShellWord> words, ShellNode.Simple command, WorkingPlaces places)
    {
        if (words[0].Static is not { Length: > 0 } called || called.Contains("/../", StringComparison.Ordinal))
            return Unreadable(words[0].Static, words, command);
        var program = called[(called.LastIndexOf('/') + 1)..];
        var wrapper = Programs.Wrapping.GetValueOrDefault(program);
        var text = words.Count == command.Words.Count ? command.Bare : string.Join(' ', words.Select(word => word.Text));
        var inner = wrapper is null ? [] : Inner(words, wrapper);
        Note(program, words, text, command, wraps: inner.Count > 0 && OnlyWraps(program, words, inner, command), places);
        // A path instead of a name: a program of the workspace, or one that takes the place of a known one.
        if (called.Contains('/', StringComparison.Ordinal))
            Called(called, text, places);
        if (functions.Contains(called))
        {
            facts.Leave(text);
            return Outcome.At(WorkingPlaces.Anywhere);
        }
        if (program == "env" && words.Any(word => word.Static is { } option && (option.StartsWith("--s", StringComparison.Ordinal)
            || (option.StartsWith('-') && option.Contains('S', StringComparison.Ordinal)))))
            facts.Hide(text);
        if (inner.Count > 0)
            return Wrapped(program, words, inner, command, places);
        if (Programs.Shells.Contains(program))
            return Shell(program, words, command, text, places);
        return program switch
        {
            "cd" or "pushd" => Directory(words, places),
            "popd" or "dirs" => Outcome.At(WorkingPlaces.Anywhere),
            "eval" => Evaluated(words, places),
            "trap" when words.Count > 2 => Trapped(words),
            _ when Programs.Rereading.Contains(program) => Unreadable(program, words, command),
            _ => Files(program, words, command, text, places),
        };
    }

    private void Note(
        string program, IReadOnlyList<ShellWord> words, string text, ShellNode.Simple command, bool wraps, WorkingPlaces places)
    {
        var removal = Programs.Removing.GetValueOrDefault(program)
            ?? (program == "find" && words.Any(word => word.Static == "-delete") ? "rm" : null);
        facts.Add(
            new ShellCommand(program, text, Plain(program, words.Skip(1)), wraps)
            {
                Whole = command.Redirects.Count > 0 && text == command.Bare ? command.Text : null,
                Running = RunningOptions.Of(program, words, places),
                Bare = program == "git" ? Plain(program, WithoutOptions(words)) : null,
                Templates = words.All(word => word.Static is not null)
                    ? []
                    : [Template(program, words.Skip(1)), Template(program, WithoutOptions(words))],
                Removal = removal,
                Removed = removal is null
                    ? []
                    :
                    [
                        .. words
                            .Skip(1)
                            .Select(word => word.Static)
                            .OfType<string>()
                            .Where(word => !word.StartsWith('-'))
                            .SelectMany(word => paths.Resolve(word, places)),
                    ],
            });
    }

    private static string Plain(string program, IEnumerable<ShellWord> words) =>
        string.Join(' ', words.Select(word => word.Value ?? word.Text).Prepend(program));

    private static string Template(string program, IEnumerable<ShellWord> words) =>
        string.Join(' ', words.Select(word => word.Static ?? "*").Prepend(program));

    private static IEnumerable<ShellWord> WithoutOptions(IReadOnlyList<ShellWord> words)
    {
        var at = 1;
        while (at < words.Count && words[at].Text.StartsWith('-'))
            at += words[at].Text is "-C" or "-c" ? 2 : 1;
        return words.Skip(at);
    }

    private Outcome Unreadable(string? program, IReadOnlyList<ShellWord> words, ShellNode.Simple command)
    {
        if (program is null || !Programs.Rereading.Contains(program))
            facts.Add(new ShellCommand(program, command.Bare, string.Join(' ', words.Select(word => word.Value ?? word.Text))));
        facts.Hide(command.Text);
        return Outcome.At(WorkingPlaces.Anywhere);
    }

    private void Called(string path, string text, WorkingPlaces places)
    {
        // What the system brings is touched by every command.
        if (path[0] == '/' && s_systemPrograms.Contains(System.IO.Path.GetDirectoryName(path) ?? ""))
            return;
        facts.Trust(text);
        paths.Path(path, writes: false, places);
    }

    private static readonly HashSet<string> s_systemPrograms =
        ["/bin", "/usr/bin", "/sbin", "/usr/sbin", "/usr/local/bin", "/usr/local/sbin"];

    private static List<ShellWord> Inner(IReadOnlyList<ShellWord> words, Programs.Wrapper wrapper)
    {
        var before = wrapper.Before;
        for (var i = 1; i < words.Count; i++)
        {
            if (words[i].Static is { Length: > 1 } option && option[0] == '-' && option != "--")
            {
                if (option[1] != '-' && option.Length == 2 && wrapper.Valued.Contains(option[1], StringComparison.Ordinal))
                    i++;
            }
            else if (words[i].Static != "--"
                && !(wrapper.Assigns && words[i].Value?.IndexOf('=', StringComparison.Ordinal) > 0)
                && before-- <= 0)
            {
                return [.. words.Skip(i), .. wrapper.Appends ? new[] { s_unseen } : []];
            }
        }
        return [];
    }

    private Outcome Wrapped(
        string program, IReadOnlyList<ShellWord> words, List<ShellWord> inner, ShellNode.Simple command, WorkingPlaces places)
    {
        // The words before the command: options, variables, times. Only the plainest wrappers are known to touch nothing by them.
        if (!ConfinedPrograms.Wraps(program, Before(program, words, inner)))
            facts.Leave(command.Text);
        var outcome = Read(inner, command, places);
        return program is "command" or "builtin" ? outcome : Outcome.At(places);
    }

    private static bool OnlyWraps(string program, IReadOnlyList<ShellWord> words, List<ShellWord> inner, ShellNode.Simple command) =>
        ConfinedPrograms.Wraps(program, Before(program, words, inner)) && !ConfinedPrograms.Heeds(command.Assignments);

    private static IEnumerable<ShellWord> Before(string program, IReadOnlyList<ShellWord> words, List<ShellWord> inner) =>
        words.Take(words.Count - inner.Count + (Programs.Wrapping[program].Appends ? 1 : 0));

    private Outcome Directory(IReadOnlyList<ShellWord> words, WorkingPlaces places)
    {
        var arguments = words.Skip(1).SkipWhile(word => word.Static is "--" or "-L").ToList();
        var target = arguments.Count switch { 0 when words[0].Static == "cd" => "/tmp/home", 1 => arguments[0].Static, _ => null };
        if (target is null or "-" or "" || target.StartsWith('-') || target.StartsWith('+'))
        {
            facts.Leave(string.Join(' ', words.Select(word => word.Text)));
            return new Outcome(WorkingPlaces.Anywhere, places);
        }
        paths.Path(target, writes: false, places);
        if (places.Unknown && target[0] != '/')
            return new Outcome(WorkingPlaces.Anywhere, places);
        var from = target[0] == '/' ? ["/"] : places.Directories;
        // The shell takes ".." away by name, and where that leads nowhere as the kernel does.
        var reached = WorkingPlaces.At(
            from.Select(directory => System.IO.Path.GetFullPath($"{directory}/{target}")).Concat(paths.Resolve(target, places)));
        return new Outcome(reached, places) { Certain = still && reached.Directories.All(System.IO.Directory.Exists) };
    }

    private Outcome Evaluated(IReadOnlyList<ShellWord> words, WorkingPlaces places)
    {
        if (words.Skip(1).All(word => word.Static is not null))
            return script(string.Join(' ', words.Skip(1).Select(word => word.Static)), places);
        facts.Hide(string.Join(' ', words.Select(word => word.Text)));
        return Outcome.At(WorkingPlaces.Anywhere);
    }

    private Outcome Trapped(IReadOnlyList<ShellWord> words)
    {
        if (words[1].Static is { } handler && !handler.StartsWith('-'))
            script(handler, WorkingPlaces.Anywhere);
        else
            facts.Hide(string.Join(' ', words.Select(word => word.Text)));
        return Outcome.At(WorkingPlaces.Anywhere);
    }

    private Outcome Shell(string program, IReadOnlyList<ShellWord> words, ShellNode.Simple command, string text, WorkingPlaces places)
    {
        var given = words.Skip(1).SkipWhile(word => word.Static?.StartsWith('-') != true || !IsScriptOption(word.Static)).ToList();
        var document = command.Redirects.LastOrDefault(redirect => redirect.Operator is "<<" or "<<-" or "<<<");
        var valued = words.Any(word => word.Static is "-o" or "-O" or "+o" or "+O");
        if (given.Count > 0 && !valued && given.FirstOrDefault(word => word.Static?.StartsWith('-') != true)?.Static is { } inner)
            script(inner, places);
        else if (words.Count == 1 && (document?.Operator == "<<<" ? document.Target : document?.Document)?.Static is { } input)
            script(input, places);
        else if (given.Count > 0 || valued || program == "busybox" || words.Skip(1).All(word => word.Static?.StartsWith('-') == true))
            facts.Hide(text);
        else
            Named(words, places);
        facts.Trust(text);
        return Outcome.At(places);
    }

    private static bool IsScriptOption(string option) =>
        !option.StartsWith("--", StringComparison.Ordinal) && option.Contains('c', StringComparison.Ordinal);

    private void Named(IReadOnlyList<ShellWord> words, WorkingPlaces places)
    {
        foreach (var word in words.Skip(1))
            paths.Word(word, writes: true, places);
    }

    private Outcome Files(string program, IReadOnlyList<ShellWord> words, ShellNode.Simple command, string text, WorkingPlaces places)
    {
        if (!ConfinedPrograms.Confines(program, words))
            facts.Trust(text);
        var writes =
            !Programs.Reading.Contains(program)
            && !(program == "sed" && !words.Any(word => word.Static?.StartsWith("-i", StringComparison.Ordinal) == true));
        if (program == "ln" && Linked(words, places))
            return Outcome.At(places);
        var first = Programs.TextFirst.Contains(program)
            && !words.Any(word => word.Static is "-e" or "-f" || word.Static?.StartsWith("--", StringComparison.Ordinal) == true);
        foreach (var word in words.Skip(1))
        {
            if (first && word is { Static: { } pattern } && !pattern.StartsWith('-'))
                first = false;
            else if (word.IsPattern || word.Value is null || !Programs.Talking.Contains(program))
                paths.Word(word, writes, places);
        }
        if (program == "find")
            Found(words, command, text, places);
        if (program == "git" && GitSettings.Changed([.. WithoutOptions(words)]))
            Configured(places);
        foreach (var destination in Destinations(program, words))
            paths.Path(destination, writes: true, places);
        return Outcome.At(places);
    }

    private void Configured(WorkingPlaces places)
    {
        foreach (var settings in places.Directories.Select(GitSettings.Of).OfType<string>())
            paths.Path(settings, writes: true, places);
    }

    private void Found(IReadOnlyList<ShellWord> words, ShellNode.Simple command, string text, WorkingPlaces places)
    {
        for (var i = 1; i < words.Count; i++)
        {
            if (words[i].Static is not ("-exec" or "-execdir" or "-ok" or "-okdir"))
                continue;
            var inner = words.Skip(i + 1).TakeWhile(word => word.Static is not (";" or "+"))
                .Select(word => word.Value?.Contains("{}", StringComparison.Ordinal) == true ? s_unseen : word).ToList();
            facts.Leave(text);
            if (inner.Count > 0)
                Read(inner, command with { Redirects = [] }, words[i].Static is "-execdir" or "-okdir" ? WorkingPlaces.Anywhere : places);
            i += inner.Count;
        }
    }

    // A symbolic link's target counts from where the link lies.
    private bool Linked(IReadOnlyList<ShellWord> words, WorkingPlaces places)
    {
        var files = words.Skip(1).Where(word => word.Static?.StartsWith('-') != true).ToList();
        var symbolic = words.Any(word =>
            word.Static is { } option && option.StartsWith('-') && option.Contains('s', StringComparison.Ordinal));
        if (!symbolic || files.Count == 0 || files.Any(word => word.Static is null))
            return false;
        var link = files.Count > 1 ? files[^1].Static! : ".";
        paths.Path(link, writes: true, places);
        foreach (var at in paths.Resolve(link, places))
        {
            var from = WorkingPlaces.At(System.IO.Directory.Exists(at) ? at : System.IO.Path.GetDirectoryName(at) ?? "/");
            foreach (var target in files.Take(Math.Max(1, files.Count - 1)))
                paths.Path(target.Static!, writes: true, from);
        }
        return true;
    }

    // What is copied or moved into a directory gets the name that it has.
    private static IEnumerable<string> Destinations(string program, IReadOnlyList<ShellWord> words)
    {
        var files = words.Skip(1).Select(word => word.Static).OfType<string>().Where(word => !word.StartsWith('-')).ToList();
        return program is "cp" or "mv" or "install" && files.Count > 1
            ? files.SkipLast(1).Select(file => $"{files[^1]}/{System.IO.Path.GetFileName(file.TrimEnd('/'))}")
            : [];
    }
}
