using System.CommandLine;
using Google.Protobuf.WellKnownTypes;
using Koda.Cli.Lists;
using Koda.Cli.Terminal;
using Koda.Protos.ControlPlane.V1;

namespace Koda.Cli.Settings;

/// <summary><c>koda settings</c></summary>
internal static class SettingsCommand
{
    private const string Meaning = """
        Settings:
          allowed_users                    who may call, by the name of the API token; none: every valid token
          defaults.agent_id                the agent of tasks that name none
          defaults.max_iterations          the most model calls of a task that says nothing else; 0: the worker's default
          defaults.max_tokens              its most tokens; 0: no limit
          defaults.max_cost_usd            its highest cost; 0: no limit
          defaults.timeout_seconds         its longest attempt; 0: the worker's default
          policy.accept_tasks              false refuses new tasks; what runs goes on
          policy.default_tool_action       allow, ask or deny a tool that changes something, when no rule of the agent says so
          policy.approval_timeout_seconds  when an unanswered approval is denied; 0: after a day
        """;

    public static Command Create(CommonOptions common)
    {
        var command = new TaughtCommand(
            "settings",
            "Shows and changes the settings of the whole installation, for every server at once.",
            """
            koda settings
            koda settings set defaults.max_cost_usd 2.50
            koda settings set allowed_users ci dashboard
            koda settings reset policy.accept_tasks
            """,
            Meaning)
        { common.Output, Set(common), Reset(common) };
        command.SetAction(async (parse, cancellationToken) =>
        {
            await using var session = common.Open(parse);
            Write(session, await session.Client.Settings.GetAsync(cancellationToken));
            return ExitCode.Ok;
        });
        return command;
    }

    private static Argument<string> Name() => new("name") { Description = "The setting, as koda settings shows it." };

    private static TaughtCommand Set(CommonOptions common)
    {
        var name = Name();
        var values = new Argument<string[]>("value")
        {
            Description = "The value. Several for a list, which they replace.",
            Arity = ArgumentArity.OneOrMore,
        };
        var command = new TaughtCommand(
            "set",
            "Changes a setting.",
            """
            koda settings set policy.accept_tasks false
            koda settings set policy.default_tool_action deny
            """,
            Meaning)
        { name, values };
        command.SetAction((parse, cancellationToken) =>
        {
            var field = SettingField.Find(parse.GetRequiredValue(name));
            var settings = new SystemSettings();
            field.Read(settings, parse.GetRequiredValue(values));
            return Change(common.Open(parse), field, settings, cancellationToken);
        });
        return command;
    }

    private static TaughtCommand Reset(CommonOptions common)
    {
        var name = Name();
        var command = new TaughtCommand("reset", "Gives a setting its default again.", "koda settings reset allowed_users", Meaning)
        {
            name,
        };
        command.SetAction(
            (parse, cancellationToken) =>
                Change(common.Open(parse), SettingField.Find(parse.GetRequiredValue(name)), new SystemSettings(), cancellationToken));
        return command;
    }

    private static async Task<int> Change(Session open, SettingField field, SystemSettings settings, CancellationToken cancellationToken)
    {
        await using var session = open;
        var changed = await session.Client.Settings.PatchAsync(settings, new FieldMask { Paths = { field.Path } }, cancellationToken);
        session.Terminal.Out.WriteLine(session.Json ? JsonOutput.Text(changed) : $"{field.Path} is {field.Text(changed)}.");
        return ExitCode.Ok;
    }

    private static void Write(Session session, SystemSettings settings)
    {
        new Listing<SettingField>(field => field.Path, new("SETTING", field => field.Path), new("VALUE", field => field.Text(settings)))
            .Write(session, SettingField.All, _ => JsonOutput.Text(settings), "");
        if (session.Format != ListFormat.Table)
            return;
        session.Terminal.Error.WriteLine(settings.UpdatedAt is { } at
            ? $"Changed {Units.Moment(at)}. What each of them means: koda settings --help"
            : "All of them are defaults. What each of them means: koda settings --help");
    }
}
