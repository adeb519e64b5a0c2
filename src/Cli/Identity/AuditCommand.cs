using System.CommandLine;
using Koda.Cli.Terminal;
using Koda.Protos.ControlPlane.V1;

namespace Koda.Cli.Identity;

/// <summary><c>koda audit</c></summary>
internal static class AuditCommand
{
    private const int DefaultCount = 50;

    public static Command Create(CommonOptions common)
    {
        var kind = new Option<string>("--kind")
        {
            Description = "Only kinds that begin so.",
            HelpName = "PREFIX",
            DefaultValueFactory = _ => "",
        };
        var outcome = new Option<AuditOutcome>("--outcome") { Description = "Only success, failure or denied." };
        var count = new Option<int>("--last", "-n") { Description = "How many events.", DefaultValueFactory = _ => DefaultCount };
        var follow = new Option<bool>("--follow", "-f") { Description = "Go on with new events as they happen, until Ctrl-C." };
        var command = new TaughtCommand(
            "audit",
            "Shows who did what to the installation, from where, and with which outcome.",
            """
            koda audit
            koda audit --outcome denied --last 200
            koda audit --kind security.auth. --follow
            """) { kind, outcome, count, follow };
        command.SetAction(async (parse, cancellationToken) =>
        {
            await using var session = common.Open(parse);
            var (prefix, only, last) = (parse.GetValue(kind) ?? "", parse.GetValue(outcome), parse.GetValue(count));
            var filter = new ListAuditRequest { Kind = prefix, Outcome = only, Limit = Math.Clamp(last, 1, 200) };
            var events = await session.Client.Audit.ListAsync(filter, cancellationToken).Take(last).ToListAsync(cancellationToken);
            events.Reverse();
            foreach (var entry in events)
                Write(session, entry);
            if (!parse.GetValue(follow))
                return ExitCode.Ok;
            var request = new WatchAuditRequest { Kind = prefix, Outcome = only, AfterSeq = events.Count > 0 ? events[^1].Seq : 0 };
            await foreach (var entry in session.Client.Audit.WatchAsync(request, cancellationToken)) Write(session, entry);
            return ExitCode.Ok;
        });
        return command;
    }

    private static void Write(Session session, AuditEvent entry) =>
        session.Terminal.Out.WriteLine(session.Json ? JsonOutput.Text(entry) : Line(session.Terminal, entry));

    // Names, addresses and what a client calls itself come from outside, and may hold anything.
    private static string Line(CliTerminal terminal, AuditEvent entry)
    {
        var details = string.Join(
            ' ', entry.Details.OrderBy(detail => detail.Key, StringComparer.Ordinal).Select(detail => $"{detail.Key}={detail.Value}"));
        var who = entry.Address.Length > 0 ? $"{entry.Name} from {entry.Address}" : entry.Name;
        var text =
            $"{entry.Time.ToDateTime():u}  {entry.Outcome.ToString().ToLowerInvariant(),-7}  {entry.Kind}  {Printable.Line(who, 80)}  {Printable.Line($"{entry.Target} {details}", 200)}";
        return terminal.Paint(text.TrimEnd(), entry.Outcome == AuditOutcome.Success ? Tone.Faint : Tone.Bad);
    }
}
