using System.Text.Json;
using System.Text.Json.Nodes;
using Koda.Cli.Markdown;
using Koda.Cli.Terminal;

namespace Koda.Cli.Chat;

/// <summary>One question and its answer, for scripts.</summary>
internal sealed class ChatOnce(ChatRoom room, bool json)
{
    /// <summary>Whether whatever is asked for is allowed. Otherwise it is refused, and the model is told so.</summary>
    public bool AllowAll { get; init; }

    public bool Quiet { get; init; }

    public IReadOnlyList<string> Files { get; init; } = [];

    /// <returns>The exit code that the turn's outcome stands for.</returns>
    /// <exception cref="CliException">A file that is to come with the prompt is not there.</exception>
    public async Task<int> Run(string prompt, CancellationToken cancellationToken)
    {
        RequireFiles();
        var request = new Code.SendMessageRequest
        {
            SessionId = room.Current.Id,
            Content = prompt,
            Variant = room.Variant,
            Unattended = !AllowAll,
            Attachments = { Files.Select(file => new Code.Attachment { Path = file }) },
        };
        var printer = new ChatPrinter(Quiet || json ? Silence : room.Terminal, answers: false);
        var (turn, last) = await new ChatTurn(room, printer, Answer).Run(request, cancellationToken);
        if (json)
            room.Terminal.Out.WriteLine(await Result(turn.OperationId, printer.Answer, last, cancellationToken));
        else if (last?.Done is not null)
            room.Terminal.Out.WriteLine(Shown(printer.Answer));
        else if (Quiet)
            room.Line(last?.Error?.Message ?? "The turn did not end.", Tone.Bad);
        return CodeOf(last);
    }

    // The model alone would be told otherwise. Where the workspace is another machine's, nobody here can know.
    private void RequireFiles()
    {
        var workspace = room.Current.Workspace;
        if (Directory.Exists(workspace) && Files.FirstOrDefault(file => !File.Exists(Path.Combine(workspace, file))) is { } missing)
            throw new CliException($"There is no file '{missing}' in {workspace}.", ExitCode.Usage, code: "cli.usage");
    }

    private CliTerminal Silence => room.Terminal with { Out = TextWriter.Null, Error = TextWriter.Null };

    private async Task<bool> Answer(Code.Question question, CancellationToken cancellationToken)
    {
        if (!AllowAll)
            return false;
        var response = question.Purpose == QuestionPrompt.Permission ? "once" : "Nobody is here to answer. Decide for yourself.";
        await new QuestionPrompt(room).Send(question, response, cancellationToken);
        return true;
    }

    private string Shown(string answer)
    {
        if (!room.Terminal.OutIsScreen)
            return answer;
        return room.Terminal.OutIsRich
            ? string.Join('\n', MarkdownText.Lines(answer, room.Terminal.Width, room.Terminal.ColoursWanted))
            : Printable.Text(answer);
    }

    private async Task<string> Result(string operationId, string answer, Code.SessionEvent? last, CancellationToken cancellationToken)
    {
        var session = await room.Api.GetAsync(room.Current.Id, cancellationToken);
        JsonObject result = new()
        {
            ["session_id"] = room.Current.Id,
            ["operation_id"] = operationId,
            ["state"] = session.Turn?.State.ToString().ToLowerInvariant(),
            ["answer"] = answer,
            ["error"] = last?.Error is { } error ? new JsonObject { ["code"] = error.Code, ["message"] = error.Message } : null,
            ["cost"] = last?.Done is { } done ? done.CostSnapshot / 1_000_000.0 : null,
            ["session_cost"] = session.TotalCost,
        };
        return result.ToJsonString(
            new JsonSerializerOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
    }

    private static int CodeOf(Code.SessionEvent? last) => last switch
    {
        { Done: not null } => ExitCode.Ok,
        { Error.Code: ChatPrinter.CancelledCode } => ExitCode.Cancelled,
        _ => ExitCode.Failed,
    };
}
