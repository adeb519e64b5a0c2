using System.CommandLine.Parsing;
using Koda.Cli.Terminal;
using Koda.Client;
using Koda.Protos.Common.V1;

namespace Koda.Cli;

/// <summary>
/// Says what a server refused in the words of the command line: options and commands, where the server names fields and routes.
/// </summary>
/// <param name="command">The command that was typed. Null: none was.</param>
internal sealed class CommandWords(CommandResult? command)
{
    /// <summary>What was refused. Each field at fault is named as the person gave it.</summary>
    public string Message(KodaException error) => error.Fields.Count > 0
        ? string.Join("\n  ", error.Fields.Select(fault => $"{Name(fault.Field)} {fault.Message.TrimEnd('.')}."))
        : error.Message;

    /// <summary>What to do about it. Null: nothing in particular.</summary>
    public string? Hint(KodaException error) => error switch
    {
        { Unreachable: true } => error.Hint ?? "Start one with: koda up   (or point KODA_URL at one that runs)",
        { RetryAfter: { } pause, Reason: not ErrorReason.Unavailable } => $"Wait {Units.Duration(pause)}, then try again.",
        _ => Hint(error.Reason, error.Hint),
    };

    /// <param name="reason">Why a call was refused.</param>
    /// <param name="ofContract">What the contract advises callers of REST.</param>
    internal string? Hint(ErrorReason reason, string? ofContract) =>
        reason switch
        {
            ErrorReason.Internal => "Try again; if it persists, report the request id that --verbose shows.",
            ErrorReason.MalformedBody
            or ErrorReason.InvalidRequest
            or ErrorReason.AgentInvalid
            or ErrorReason.UnsupportedMediaType
            or ErrorReason.MethodNotAllowed
            or ErrorReason.UpgradeRequired
            or ErrorReason.TargetTooLong
            or ErrorReason.HeadersTooLarge
            or ErrorReason.CrossSite
            or ErrorReason.AgentSectionNotFound
            or ErrorReason.ApprovalAlreadyAnswered => command is null ? null : $"Try: {WrongUsage.PathOf(command)} --help",
            ErrorReason.AgentPublishBlocked => "Correct the draft with koda agents edit, then publish.",
            ErrorReason.RouteNotFound => "The server is older than this command: compare them with koda version.",
            ErrorReason.Unauthenticated or ErrorReason.SessionExpired => "Sign in with koda login, or set KODA_TOKEN.",
            ErrorReason.PermissionDenied => "Use a token with that scope: koda token create NAME --scope SCOPE makes one.",
            ErrorReason.RateLimited
            or ErrorReason.TaskQueueFull
            or ErrorReason.AccountLocked
            or ErrorReason.AuthRateLimited
            or ErrorReason.DeadlineExceeded => "Try again a little later.",
            ErrorReason.Unavailable => "Try again shortly; koda doctor says what is the matter.",
            ErrorReason.InvalidCursor or ErrorReason.CursorExpired => "Begin again from the start.",
            ErrorReason.AgentNotFound => "koda agents lists them.",
            ErrorReason.AgentNotRunnable => "koda agents publish and koda agents activate let it take work.",
            ErrorReason.AgentVersionNotFound => "koda agents versions lists them.",
            ErrorReason.TaskNotFound => "koda tasks lists them.",
            ErrorReason.TaskStateConflict => "koda tasks shows how it stands.",
            ErrorReason.WorkspaceNotServed => "Name a directory below one of these, or start a worker with --root for this one.",
            ErrorReason.ApprovalNotFound => "koda approve --list lists those that wait.",
            ErrorReason.SecretNotFound => "koda agents secret list lists them.",
            ErrorReason.SkillNotFound => "koda skills lists them.",
            ErrorReason.ProviderNotFound
            or ErrorReason.ConnectionNotFound
            or ErrorReason.IntegrationNotFound
            or ErrorReason.ConnectionKeyUnsupported => "koda providers lists them.",
            ErrorReason.ProviderCredentialInvalid or ErrorReason.ProviderNotConfigured or ErrorReason.ProviderAuthModeUnsupported =>
                "Connect it: koda providers connect PROVIDER --key-stdin, or --local for an endpoint that needs no key",
            ErrorReason.ProviderVerificationFailed => "Correct that, or save it all the same with --no-verify.",
            ErrorReason.ProviderUnavailable => "Try again later.",
            ErrorReason.ConversationNotFound => "koda sessions lists them.",
            ErrorReason.TurnRunning => "Wait for the turn to end, or cancel it in koda chat.",
            ErrorReason.TokenNotFound => "koda token list lists them.",
            ErrorReason.ScopeEscalation => "Ask for scopes that your own token has.",
            _ => string.IsNullOrEmpty(ofContract) ? null : ofContract,
        };

    // The last name of a path is what an option is called after: context.workspace, agent_id, expires_in_days.
    internal string Name(string field)
    {
        var last = field.Split('.')[^1].Split('[')[0];
        var kebab = last.Replace('_', '-');
        string[] names = [kebab, kebab.EndsWith("-id", StringComparison.Ordinal) ? kebab[..^"-id".Length] : kebab, kebab.Split('-')[^1]];
        return names.Select(Known).FirstOrDefault(known => known is not null) ?? (field == last ? $"the {last.Replace('_', ' ')}" : field);
    }

    private string? Known(string name)
    {
        if (command is null)
            return null;
        if (command.Command.Arguments.FirstOrDefault(argument => argument.Name == name) is { } argument)
            return $"<{argument.Name}>";
        return WrongUsage.OptionsOf(command).FirstOrDefault(option => option.Name == "--" + name)?.Name;
    }
}
