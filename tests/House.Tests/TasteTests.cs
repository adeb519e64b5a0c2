using System.Text.RegularExpressions;

namespace Koda.House.Tests;

/// <summary>What keeps the code readable as it grows.</summary>
public sealed partial class TasteTests
{
    private static readonly IReadOnlyList<SourceFile> Code = SourceFile.Under("src");
    private static readonly IReadOnlyList<SourceFile> Tests = SourceFile.Under("tests");

    [Fact]
    public void A_code_file_has_at_most_300_lines() => Rule.Holds(
        "Split it by use case.", Code.Where(file => file.Lines > 300).Select(file => $"{file.Path}: {file.Lines}"));

    [Fact]
    public void A_test_file_has_at_most_400_lines() => Rule.Holds(
        "Split it by subject.", Tests.Where(file => file.Lines > 400).Select(file => $"{file.Path}: {file.Lines}"));

    [Fact]
    public void A_line_has_at_most_140_columns() => Rule.Holds(
        "Break it. Text in quotes may go on: it is found by who searches for it.",
        Code.Concat(Tests).SelectMany(file => file.LongLines(140)));

    [Fact]
    public void Half_of_the_code_files_have_under_60_lines()
    {
        var median = Code.Select(file => file.Lines).Order().ElementAt(Code.Count / 2);
        Assert.True(median < 60, $"The median is {median} lines.");
    }

    [Fact]
    public void Names_say_what_a_thing_is() => Rule.Holds(
        "Manager, Helper, Util, Base and V2 say nothing.",
        Code.Concat(Tests).SelectMany(file => file.Find(EmptyTypeName()).Concat(EmptyFileName().IsMatch(file.Name) ? [file.Path] : [])));

    [Fact]
    public void Nothing_is_left_to_do() => Rule.Holds(
        "Build it or leave it out.", Code.SelectMany(file => file.Find(Unfinished())));

    [Fact]
    public void Tests_wait_for_what_they_need_and_do_not_sleep() => Rule.Holds(
        "Wait for a signal. A double may hang until it is cancelled: Task.Delay(Timeout.Infinite, ...). What gives no signal is asked in a loop: while (...) await Task.Delay(...).",
        Tests.Where(file => !file.Path.StartsWith("tests/House.Tests/", StringComparison.Ordinal)).SelectMany(file => file.Find(Sleep()))
            // The interop cases ask their server to pause between replies.
            .Where(line => !line.StartsWith("tests/Interop.Tests/Server/", StringComparison.Ordinal)));

    [Fact]
    public void A_test_lies_at_the_path_of_its_code() => Rule.Holds(
        "tests/X.Tests/A/BTests.cs tests what lies in src/X/A.",
        Tests.Where(file => MirroredTest().Match(file.Path) is { Success: true } match
            && Directory.Exists(Path.Combine(SourceFile.Root, "src", match.Groups[1].Value))
            && !Directory.Exists(Path.Combine(SourceFile.Root, "src", match.Groups[1].Value, match.Groups[2].Value)))
            .Select(file => file.Path));

    [Fact]
    public void The_root_is_the_front_door() =>
        Assert.InRange(Directory.EnumerateFileSystemEntries(SourceFile.Root).Select(Path.GetFileName)
            .Count(name => name is not (".git" or ".tools" or ".koda" or "TestResults")), 1, 20);

    [GeneratedRegex(@"\b(class|record|struct|interface|enum)\s+\w*(Manager|Helpers?|Utils?|Utility|Base|V2)\b")]
    private static partial Regex EmptyTypeName();

    [GeneratedRegex(@"(Manager|Helpers?|Utils?|Utility|Base|V2)\.\w+$")]
    private static partial Regex EmptyFileName();

    [GeneratedRegex(@"NotImplementedException|//\s*(TODO|FIXME|HACK|XXX)\b")]
    private static partial Regex Unfinished();

    [GeneratedRegex(@"Thread\.Sleep|(?<!while \(.*)Task\.Delay\((?!Timeout\.Infinite)")]
    private static partial Regex Sleep();

    [GeneratedRegex(@"^tests/([\w.]+)\.Tests/(.+)/\w+Tests(\.\w+)?\.cs$")]
    private static partial Regex MirroredTest();
}
