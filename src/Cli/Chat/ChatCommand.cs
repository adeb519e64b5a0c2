using System.CommandLine;

namespace Koda.Cli.Chat;

/// <summary><c>koda chat</c></summary>
internal static class ChatCommand
{
    private const string Keys = """
        In a chat:
          /help lists the commands, a line that ends with \ goes on in the next one.
          Ctrl-C cancels the turn; twice, or Ctrl-D, leaves. A turn goes on when its chat has gone.
        """;

    public static Command Create(CommonOptions common)
    {
        var prompt = new Option<string?>("--print", "-p")
        {
            Description = "Ask this, print the answer and leave. '-' reads it from stdin.",
            HelpName = "PROMPT",
        };
        var id = new Option<string?>("--session", "-s") { Description = "Go on with this session.", HelpName = "ID" };
        var newest = new Option<bool>("--continue", "-c") { Description = "Go on with the last used session of this directory." };
        var agent = new Option<string>("--agent", "-a")
        {
            Description = "The agent that answers. Default: the installation's.",
            DefaultValueFactory = _ => "",
        };
        var model = new Option<string>("--model", "-m")
        {
            Description = "The model to ask, as listed by koda models.",
            DefaultValueFactory = _ => "",
        };
        var variant = new Option<string>("--variant")
        {
            Description = "How much the model is to reason: adaptive, low, high or max.",
            DefaultValueFactory = _ => "",
        };
        var workspace = new Option<string?>("--workspace", "-w")
        {
            Description = "The directory that the agent works in. Default: the current one for a local server, otherwise the worker's.",
            HelpName = "DIR",
        };
        var files = new Option<string[]>("--file", "-f")
        {
            Description = "A file of the workspace that comes with the prompt. May be repeated.",
            HelpName = "PATH",
        };
        var yes = new Option<bool>("--yes", "-y")
        {
            Description = "With -p: allow whatever the agent asks for. Only for work that you would let it do unseen.",
        };
        var quiet = new Option<bool>("--quiet", "-q") { Description = "With -p: show only the answer." };
        var command = new TaughtCommand(
            "chat",
            "Talks with an agent about the files of this directory. With -p it answers once, for scripts: what would be asked is then refused.",
            """
            koda chat
            koda chat --continue
            koda chat --agent planner --variant high
            koda chat -p "Why does the checkout test fail?"
            git diff | koda chat -p - --json | jq -r .answer
            """,
            Keys + "\n\n" + ExitCode.Explanation)
        { prompt, id, newest, agent, model, variant, workspace, files, yes, quiet };
        command.KeepsInterrupts = true;
        command.Validators.Add(result =>
        {
            if (result.GetValue(id) is not null && result.GetValue(newest))
                result.AddError("--session and --continue exclude each other.");
            if (result.GetValue(prompt) is null
                && (result.GetValue(yes) || result.GetValue(quiet) || result.GetValue(files) is { Length: > 0 }))
                result.AddError("--yes, --quiet and --file need -p.");
        });
        command.SetAction(
            async (parse, cancellationToken) =>
            {
                await using var session = common.Open(parse);
                var start = new ChatStart(session)
                {
                    SessionId = parse.GetValue(id),
                    Newest = parse.GetValue(newest),
                    AgentId = parse.GetValue(agent) ?? "",
                    ModelId = parse.GetValue(model) ?? "",
                    Workspace = parse.GetValue(workspace),
                };
                var room = new ChatRoom(session, await start.Open(cancellationToken), talks: parse.GetValue(prompt) is null)
                {
                    Variant = parse.GetValue(variant) ?? "",
                };
                if (parse.GetValue(prompt) is not { } text)
                    return await Talk(room, cancellationToken);
                return await new ChatOnce(room, session.Json)
                {
                    AllowAll = parse.GetValue(yes),
                    Quiet = parse.GetValue(quiet),
                    Files = parse.GetValue(files) ?? [],
                }.Run(text == "-" ? await session.Terminal.In.ReadToEndAsync(cancellationToken) : text, cancellationToken);
            });
        return command;
    }

    private static async Task<int> Talk(ChatRoom room, CancellationToken cancellationToken)
    {
        if (room.Desk is null)
            return await new ChatLoop(room).Run(cancellationToken);
        await using var screen = new ChatScreen(room, cancellationToken);
        return await screen.Run();
    }
}
