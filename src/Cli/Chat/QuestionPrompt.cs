using System.Globalization;
using System.Text.Json;
using Koda.Cli.Approvals;
using Koda.Cli.Tasks;
using Koda.Cli.Terminal;
using Koda.Client;

namespace Koda.Cli.Chat;

/// <summary>Asks a person what the agent asks, and sends the answer.</summary>
internal sealed class QuestionPrompt(ChatRoom room)
{
    public const string Permission = "permission";

    /// <summary>Asks, until there is an answer that the question takes.</summary>
    /// <param name="question">The question.</param>
    /// <param name="cancellationToken">Ends the asking: somebody else has answered, or the turn is over.</param>
    /// <returns>False when the person has gone.</returns>
    public async Task<bool> Ask(Code.Question question, CancellationToken cancellationToken)
    {
        room.Line();
        var permission = question.Purpose == Permission;
        var who = question.AgentId.Length > 0 && question.AgentId != room.Current.AgentId ? $"{question.AgentId}: " : "";
        room.Line(who + (permission ? Action(question) : question.Question_), Tone.Notice);
        if (question.Preview.Length > 0)
            DiffView.Write(room.Terminal, question.Preview);
        if (!permission)
            ShowOptions(question);
        while (true)
        {
            if (await room.Read(permission ? PermissionLine(question) : "answer: ", Tone.Plain, cancellationToken) is not { } line)
                return false;
            if ((permission ? PermissionOf(line) : AnswerOf(question, line)) is not { } response)
                continue;
            // The turn may go on before the server's word of it is here; that must not look as if somebody else had answered.
            await Send(question, response, CancellationToken.None);
            return true;
        }
    }

    /// <summary>Sends an answer. That somebody else was first is told, and no error.</summary>
    public async Task Send(Code.Question question, string response, CancellationToken cancellationToken)
    {
        try
        {
            await room.Api.AnswerAsync(room.Current.Id, question.QuestionId, response, cancellationToken);
        }
        catch (KodaException e) when (!e.Retryable)
        {
            room.Line(e.Message, Tone.Notice);
        }
    }

    internal static string? PermissionOf(string line) => ConsentKeys.Read(line) switch
    {
        Consent.Yes => "once",
        Consent.Always => "always",
        Consent.No => "reject",
        _ => null,
    };

    /// <summary>The options that a person named by number, or what was typed. Null: nothing.</summary>
    internal static string? AnswerOf(Code.Question question, string line)
    {
        var text = line.Trim();
        if (text.Length == 0)
            return null;
        var names = text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(part => Option(question, part))
            .ToList();
        return names.Count > 0 && names.All(name => name is not null) && (question.Multiple || names.Count == 1)
            ? string.Join(", ", names)
            : text;
    }

    private static string? Option(Code.Question question, string part) =>
        int.TryParse(part, CultureInfo.InvariantCulture, out var number) && number >= 1 && number <= question.Options.Count
            ? question.Options[number - 1]
            : null;

    private static string PermissionLine(Code.Question question) =>
        ConsentKeys.Line(Printable.Line(question.AlwaysPattern, 80), later: false);

    private static string Action(Code.Question question)
    {
        using var input = JsonDocument.Parse(question.Input.Length > 0 ? question.Input : "{}");
        return $"{question.Tool} {ToolSummary.Of(input.RootElement)}";
    }

    private void ShowOptions(Code.Question question)
    {
        for (var i = 0; i < question.Options.Count; i++)
            room.Line($"  {i + 1}. {question.Options[i]}");
        if (question.Options.Count > 0)
            room.Line(question.Multiple ? "Numbers with commas between, or other words." : "A number, or other words.", Tone.Faint);
    }
}
