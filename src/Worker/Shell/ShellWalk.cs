namespace Koda.Worker.Shell;

/// <summary>Follows a script through its parts, with the directories in which each of them may run.</summary>
internal sealed class ShellWalk
{
    private const int MaxScripts = 40;

    private readonly ShellFacts _facts = new();
    private readonly HashSet<string> _functions = [];
    private readonly CommandReading _commands;
    private readonly PathReading _paths;
    private int _scripts;

    private ShellWalk(bool still)
    {
        _paths = new PathReading(_facts);
        _commands = new CommandReading(_facts, _paths, Script, _functions, still);
    }

    /// <summary>What a script is known to do when it starts in a directory. What is not understood is said to be unknown.</summary>
    public static ShellFacts Facts(string script, string directory)
    {
        var facts = Facts(script, directory, still: false);
        // While nothing is changed, a directory that is there stays there.
        return facts.Commands.All(command => Programs.KeepsFiles(command.Program)) ? Facts(script, directory, still: true) : facts;
    }

    private static ShellFacts Facts(string script, string directory, bool still)
    {
        var walk = new ShellWalk(still);
        walk.Script(script, WorkingPlaces.At(directory));
        ShapeChange.Check(walk._facts);
        return walk._facts;
    }

    private Outcome Script(string text, WorkingPlaces places)
    {
        try
        {
            if (++_scripts > MaxScripts)
                throw new ShellSyntaxException("Too many scripts in each other.");
            return ShellParser.Parse(text) is { } node ? Walk(node, places) : Outcome.At(places);
        }
        catch (ShellSyntaxException)
        {
            _facts.Add(new ShellCommand(null, text, text));
            _facts.Hide(text);
            return Outcome.At(WorkingPlaces.Anywhere);
        }
    }

    private Outcome Walk(ShellNode node, WorkingPlaces places)
    {
        switch (node)
        {
            case ShellNode.Simple simple:
                Expand(simple.Words.Concat(simple.Assignments.SelectMany(assignment => assignment.Words)), places);
                Follow(simple.Redirects, places);
                return _commands.Read(simple, places);
            case ShellNode.Sequence sequence:
                return Walk(sequence, places);
            case ShellNode.Pipeline pipeline:
                foreach (var stage in pipeline.Stages)
                    Walk(stage, places);
                return Outcome.At(places);
            case ShellNode.Not not:
                var (success, failure) = Walk(not.Body, places);
                return new Outcome(failure, success);
            case ShellNode.Apart apart:
                Walk(apart.Body, places);
                return Outcome.At(places);
            case ShellNode.Choice choice:
                var condition = Walk(choice.Condition, places);
                var then = Walk(choice.Then, condition.Success).Either;
                return Outcome.At(then.Or(choice.Otherwise is null ? condition.Failure : Walk(choice.Otherwise, condition.Failure).Either));
            case ShellNode.Cases cases:
                Expand(cases.Words, places);
                return Outcome.At(cases.Branches.Aggregate(places, (all, branch) => all.Or(Walk(branch, places).Either)));
            case ShellNode.Loop loop:
                return Walk(loop, places);
            case ShellNode.Function function:
                // Whoever calls it decides where it runs.
                _functions.Add(function.Name);
                _facts.Leave($"{function.Name}()");
                Walk(function.Body, WorkingPlaces.Anywhere);
                return Outcome.At(places);
            case ShellNode.Expression expression:
                Expand(expression.Words, places);
                // A variable in a calculation may hold a script.
                if (expression.Words.Any(word => word.Value is null))
                    _facts.Leave(expression.Words[0].Text);
                return Outcome.At(places);
            case ShellNode.Redirected redirected:
                Follow(redirected.Redirects, places);
                return Walk(redirected.Body, places);
            default:
                throw new InvalidOperationException($"{node.GetType().Name} is not walked.");
        }
    }

    private Outcome Walk(ShellNode.Sequence sequence, WorkingPlaces places)
    {
        var first = Walk(sequence.First, places);
        switch (sequence.Join)
        {
            case ShellJoin.And:
                var next = Walk(sequence.Next, first.Success);
                return new Outcome(next.Success, first.Failure.Or(next.Failure));
            case ShellJoin.Or:
                var other = Walk(sequence.Next, first.Failure);
                return new Outcome(first.Success.Or(other.Success), other.Failure);
            default:
                return Walk(sequence.Next, first.Either);
        }
    }

    private Outcome Walk(ShellNode.Loop loop, WorkingPlaces places)
    {
        Expand(loop.Words, places);
        while (true)
        {
            var condition = loop.Condition is null ? Outcome.At(places) : Walk(loop.Condition, places);
            var after = Walk(loop.Body, condition.Success).Either.Or(condition.Failure);
            if (places.Covers(after))
                return Outcome.At(places);
            places = places.Or(after);
        }
    }

    private void Expand(IEnumerable<ShellWord> words, WorkingPlaces places)
    {
        foreach (var nested in words.SelectMany(word => word.Nested))
            Walk(nested, places);
    }

    private void Follow(IReadOnlyList<ShellRedirect> redirects, WorkingPlaces places)
    {
        foreach (var redirect in redirects)
        {
            Expand([redirect.Target, .. redirect.Document is { } document ? new[] { document } : []], places);
            if (redirect.NamesFile)
                _paths.Redirect(redirect, places);
        }
    }
}
