using System.Text.RegularExpressions;

namespace Koda.House.Tests;

/// <summary>What keeps the code readable as it grows.</summary>
public sealed partial class TasteTests
{
    private static readonly IReadOnlyList<SourceFile> s_code = SourceFile.Under("src");
    private static readonly IReadOnlyList<SourceFile> s_tests = SourceFile.Under("tests");

    [Fact]
    public void A_code_file_has_at_most_300_lines() => Rule.Holds(
        "Split it by use case.", s_code.Where(file => file.Lines > 300).Select(file => $"{file.Path}: {file.Lines}"));

    [Fact]
    public void A_test_file_has_at_most_400_lines() => Rule.Holds(
        "Split it by subject.", s_tests.Where(file => file.Lines > 400).Select(file => $"{file.Path}: {file.Lines}"));

    [Fact]
    public void A_line_has_at_most_140_columns() => Rule.Holds(
        "Break it. Text in quotes may go on: it is found by who searches for it.",
        s_code.Concat(s_tests).SelectMany(file => file.LongLines(140)));

    [Fact]
    public void Only_what_others_name_so_ends_with_Async() => Rule.Holds(
        "Leave the suffix to the public interface of Koda.Client, and to what a framework names.",
        s_code.Concat(s_tests).SelectMany(file => file.Find(AsyncName())).Where(line => !FrameworkName().IsMatch(line)));

    [Fact]
    public void A_cancellation_token_is_called_so() => Rule.Holds(
        "Call it cancellationToken, or by what it tells: stoppingToken.", s_code.Concat(s_tests).SelectMany(file => file.Find(ShortToken())));

    [Fact]
    public void Private_fields_that_all_share_begin_with_s() => Rule.Holds(
        "private static readonly: s_field.", s_code.Concat(s_tests).SelectMany(file => file.Find(SharedField())));

    [Fact]
    public void What_an_if_leads_to_has_a_line_of_its_own() => Rule.Holds(
        "Break the line after the condition.", s_code.Concat(s_tests).SelectMany(file => file.Find(OneLineIf())));

    [Fact]
    public void Half_of_the_code_files_have_under_60_lines()
    {
        var median = s_code.Select(file => file.Lines).Order().ElementAt(s_code.Count / 2);
        Assert.True(median < 60, $"The median is {median} lines.");
    }

    [Fact]
    public void Names_say_what_a_thing_is() => Rule.Holds(
        "Manager, Helper, Util, Base and V2 say nothing.",
        s_code.Concat(s_tests)
            .SelectMany(file => file.Find(EmptyTypeName()).Concat(EmptyFileName().IsMatch(file.Name) ? [file.Path] : [])));

    [Fact]
    public void Nothing_is_left_to_do() => Rule.Holds(
        "Build it or leave it out.", s_code.SelectMany(file => file.Find(Unfinished())));

    [Fact]
    public void Tests_wait_for_what_they_need_and_do_not_sleep() => Rule.Holds(
        "Wait for a signal. A double may hang until it is cancelled: Task.Delay(Timeout.Infinite, ...). What gives no signal is asked in a loop: while (...) await Task.Delay(...).",
        s_tests.Where(file => !file.Path.StartsWith("tests/House.Tests/", StringComparison.Ordinal)).SelectMany(file => file.Find(Sleep()))
            // The interop cases ask their server to pause between replies.
            .Where(line => !line.StartsWith("tests/Interop.Tests/Server/", StringComparison.Ordinal)));

    [Fact]
    public void A_test_lies_at_the_path_of_its_code() => Rule.Holds(
        "tests/X.Tests/A/BTests.cs tests what lies in src/X/A.",
        s_tests.Where(file => MirroredTest().Match(file.Path) is { Success: true } match
            && Directory.Exists(Path.Combine(SourceFile.Root, "src", match.Groups[1].Value))
            && !Directory.Exists(Path.Combine(SourceFile.Root, "src", match.Groups[1].Value, match.Groups[2].Value)))
            .Select(file => file.Path));

    [Fact]
    public void The_root_is_the_front_door() =>
        Assert.InRange(Directory.EnumerateFileSystemEntries(SourceFile.Root).Select(Path.GetFileName)
            .Count(name => name is not (".git" or ".tools" or ".koda" or "TestResults")), 1, 20);

    [GeneratedRegex(@"\b(class|record|struct|interface|enum)\s+\w*(Manager|Helpers?|Utils?|Utility|Base|V2)\b")]
    private static partial Regex EmptyTypeName();

    [GeneratedRegex(@"(Task|ValueTask|IAsyncEnumerable)(<.*>)?\?? \w+Async(<\w+>)?\(")]
    private static partial Regex AsyncName();

    [GeneratedRegex(
        @"^src/Client/.*\bpublic\b|\boverride\b|\b(Dispose|Initialize|CheckHealth|Write|Complete|Bind|Accept|Unbind|Apply|Handle|Start|Starting|Started|Stop|Stopping|Stopped)Async\("
    )]
    private static partial Regex FrameworkName();

    [GeneratedRegex(@"CancellationToken (ct|cancel|cancellation)\b")]
    private static partial Regex ShortToken();

    [GeneratedRegex(@"\bprivate static readonly [^=;]*\s(?!s_)\w+( =|;)")]
    private static partial Regex SharedField();

    // A condition without text in it, so that its end can be seen.
    [GeneratedRegex(@"^\s*(else )?if \([^""']*\) (return|throw|continue|break|await|_?[a-z]\w*(\.|\(| [-+]?= |\+\+|--)).*;$")]
    private static partial Regex OneLineIf();

    [GeneratedRegex(@"(Manager|Helpers?|Utils?|Utility|Base|V2)\.\w+$")]
    private static partial Regex EmptyFileName();

    [GeneratedRegex(@"NotImplementedException|//\s*(TODO|FIXME|HACK|XXX)\b")]
    private static partial Regex Unfinished();

    [GeneratedRegex(@"Thread\.Sleep|(?<!while \(.*)Task\.Delay\((?!Timeout\.Infinite)")]
    private static partial Regex Sleep();

    [GeneratedRegex(@"^tests/([\w.]+)\.Tests/(.+)/\w+Tests(\.\w+)?\.cs$")]
    private static partial Regex MirroredTest();
}
