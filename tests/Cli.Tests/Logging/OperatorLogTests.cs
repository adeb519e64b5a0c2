using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;
using Koda.Cli.Logging;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Koda.Cli.Tests.Logging;

public sealed partial class OperatorLogTests : IDisposable
{
    private const string Evil = "\u001b[2J\r\n2026-01-01T00:00:00.000Z ERR server: forged \u202eabc\u2028 \u009b5m \ud800";
    private const string Shown = @"\u001b[2J\u000d\u000a2026-01-01T00:00:00.000Z ERR server: forged \u202eabc\u2028 \u009b5m \ud800";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("koda-log-");
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 30, 1, 2, 3, TimeSpan.Zero));

    private string File => Path.Combine(_folder.FullName, "server.log");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void A_line_has_its_time_its_level_and_where_it_comes_from()
    {
        var line = Assert.Single(Written(LogFormat.Text, log => Named(log, "Ana")));
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z INF server: Ana came\.$", line);
    }

    [Fact]
    public void What_strangers_send_stays_on_its_line_and_steers_no_terminal()
    {
        var text = Assert.Single(Written(LogFormat.Text, log => Named(log, Evil)));
        Assert.EndsWith($" INF server: {Shown} came.", text, StringComparison.Ordinal);
    }

    [Fact]
    public void In_JSON_it_is_escaped_the_same()
    {
        using var json = JsonDocument.Parse(Assert.Single(Written(LogFormat.Json, log => Named(log, Evil))));
        Assert.Equal($"\"{Shown}\" came.", json.RootElement.GetProperty("@m").GetString());
        Assert.Equal(Shown, json.RootElement.GetProperty("Name").GetString());
        Assert.True(json.RootElement.GetProperty("@t").GetDateTimeOffset() > DateTimeOffset.UnixEpoch);
    }

    [Fact]
    public void In_JSON_a_line_names_the_trace_that_it_belongs_to()
    {
        using var call = new Activity("call").Start();
        using var json = JsonDocument.Parse(Assert.Single(Written(LogFormat.Json, log => Named(log, "Ana"))));
        Assert.Equal(call.TraceId.ToHexString(), json.RootElement.GetProperty("@tr").GetString());
        Assert.Equal(call.SpanId.ToHexString(), json.RootElement.GetProperty("@sp").GetString());
    }

    [Fact]
    public void Every_line_of_JSON_is_a_document()
    {
        var lines = Written(LogFormat.Json, log =>
        {
            Failed(log, new InvalidOperationException(Evil), Evil);
            for (var refusal = 0; refusal < 50; refusal++)
                Refused(log, "auth.unauthenticated");
        });
        Assert.Equal(1 + RepeatedEvents.MostRefusals + 1, lines.Length);
        Assert.All(lines, line => JsonDocument.Parse(line).Dispose());
    }

    [Fact]
    public void What_is_long_is_cut()
    {
        var line = Assert.Single(Written(LogFormat.Text, log => Named(log, new string('x', 100_000))));
        Assert.InRange(line.Length, 1_000, 1_200);
        Assert.Contains("… (99000 more)", line, StringComparison.Ordinal);
    }

    [Fact]
    public void A_fault_of_ours_has_its_stack_and_what_a_caller_did_has_none()
    {
        var ours = Written(LogFormat.Text, log => Failed(log, Thrown(new FormatException(Evil)), "a"));
        Assert.Contains(ours, line => line.StartsWith("       at ", StringComparison.Ordinal));
        Assert.Single(ours, line => Stamp().IsMatch(line));

        foreach (
            var theirs in new Exception[]
            {
                new InvalidOperationException("Reading is already in progress."),
                new OperationCanceledException(Evil),
                new Microsoft.AspNetCore.Http.BadHttpRequestException(Evil),
            })
        {
            var lines = Written(LogFormat.Text, log => Failed(log, Thrown(theirs), "a"));
            Assert.Equal(2, lines.Length);
            Assert.StartsWith($"    {theirs.GetType().Name}: ", lines[1], StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Twenty_thousand_refusals_are_a_few_lines_and_their_number()
    {
        string[] codes = ["auth.unauthenticated", "request.invalid", "route.not_found", "auth.rate_limited"];
        var lines = Written(LogFormat.Text, log =>
        {
            for (var refusal = 0; refusal < 20_000; refusal++)
            {
                Refused(log, codes[refusal % codes.Length]);
                if (refusal % 5_000 == 4_999)
                    _time.Advance(TimeSpan.FromMinutes(1));
            }
        });

        Assert.InRange(new FileInfo(File).Length, 1, 100_000);
        var written = lines.Count(line => line.Contains(" was refused with ", StringComparison.Ordinal));
        Assert.Equal(4 * codes.Length * RepeatedEvents.MostRefusals, written);
        var counted = lines.Select(line => Summary().Match(line)).Where(match => match.Success).ToList();
        Assert.Equal(4, counted.Count);
        Assert.Equal(20_000, written + counted.Sum(match => int.Parse(match.Groups[1].Value, null)));
        Assert.All(counted, match =>
            Assert.All(codes, code =>
                Assert.Contains($"{code} {1250 - RepeatedEvents.MostRefusals}", match.Value, StringComparison.Ordinal)));
    }

    [Fact]
    public void A_caller_who_invents_kinds_gains_nothing()
    {
        var lines = Written(LogFormat.Text, log =>
        {
            for (var refusal = 0; refusal < 2_000; refusal++)
                Refused(log, $"kind-{refusal}");
        });
        Assert.InRange(lines.Length, 1, 120);
        Assert.Contains("others ", lines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void A_fault_that_repeats_is_counted_too()
    {
        var lines = Written(LogFormat.Text, log =>
        {
            for (var fault = 0; fault < 1_000; fault++)
                Named(log, $"{fault}");
        });
        Assert.Equal(RepeatedEvents.MostOthers + 1, lines.Length);
        Assert.Contains($": {1_000 - RepeatedEvents.MostOthers} (", lines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void Files_turn_over_and_their_sum_is_bounded()
    {
        const long size = 20_000;
        using (var log = OperatorLog.Open(new LogOptions(LogFormat.Text, LogLevel.Information), File, console: false, size, _time))
        {
            var logger = log.CreateLogger("server");
            for (var line = 0; line < 4_000; line++)
            {
                Named(logger, $"{line} {new string('x', 100)}");
                if (line % 50 == 49)
                    _time.Advance(TimeSpan.FromMinutes(1));
            }
        }

        var files = _folder.GetFiles("server*.log");
        Assert.Equal(OperatorLog.Files, files.Length);
        Assert.InRange(files.Sum(file => file.Length), size, OperatorLog.Files * (size + 1_000));
        Assert.Contains(files, file => System.IO.File.ReadAllText(file.FullName).Contains("3999 x", StringComparison.Ordinal));
    }

    [Fact]
    public void Two_processes_do_not_write_one_file()
    {
        var options = new LogOptions(LogFormat.Text, LogLevel.Information);
        using (var first = OperatorLog.Open(options, File, console: false))
        using (var second = OperatorLog.Open(options, File, console: false))
        {
            Named(first.CreateLogger("server"), "Ana");
            Named(second.CreateLogger("server"), "Bob");
        }
        Assert.Equal("server.log", Assert.Single(_folder.GetFiles("*.log")).Name);
        Assert.DoesNotContain("Bob", System.IO.File.ReadAllText(File), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("yaml", null)]
    [InlineData("0", null)]
    [InlineData(null, "loud")]
    [InlineData(null, "None")]
    public void What_there_is_not_is_refused(string? format, string? level)
    {
        var refusal = Assert.Throws<CliException>(() => LogOptions.Parse(format, name => name == "KODA_LOG_LEVEL" ? level : null));
        Assert.Equal(ExitCode.Usage, refusal.ExitCode);
    }

    [Fact]
    public void The_option_wins_over_the_environment()
    {
        Func<string, string?> environment = name => name switch { "KODA_LOG_FORMAT" => "json", "KODA_LOG_LEVEL" => "debug", _ => null };
        Assert.Equal(new LogOptions(LogFormat.Json, LogLevel.Debug), LogOptions.Parse(null, environment));
        Assert.Equal(LogFormat.Text, LogOptions.Parse("text", environment).Format);
        Assert.Equal(new LogOptions(LogFormat.Text, LogLevel.Information), LogOptions.Parse(null, _ => null));
    }

    private string[] Written(LogFormat format, Action<ILogger> write)
    {
        System.IO.File.Delete(File);
        using (var log = OperatorLog.Open(new LogOptions(format, LogLevel.Information), File, console: false, time: _time))
            write(log.CreateLogger("server"));
        return System.IO.File.ReadAllLines(File);
    }

    private static Exception Thrown(Exception exception)
    {
        try
        {
            throw exception;
        }
        catch (Exception caught)
        {
            return caught;
        }
    }

    [LoggerMessage(1, LogLevel.Information, "{Name} came.")]
    private static partial void Named(ILogger logger, string name);

    [LoggerMessage(2, LogLevel.Error, "{Name} failed.")]
    private static partial void Failed(ILogger logger, Exception exception, string name);

    [LoggerMessage(3, LogLevel.Warning, "A call was refused with {Code}.")]
    private static partial void Refused(ILogger logger, string code);

    [GeneratedRegex(@"^\d{4}-\d\d-\d\dT")]
    private static partial Regex Stamp();

    [GeneratedRegex(@"WRN log: Not written in the last minute, because there were more of the same: (\d+) \(.*\)$")]
    private static partial Regex Summary();
}
