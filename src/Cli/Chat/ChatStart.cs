namespace Koda.Cli.Chat;

/// <summary>Finds the session that a chat goes on with, or creates one.</summary>
internal sealed class ChatStart(Session command)
{
    /// <summary>The session to go on with. Null: another one.</summary>
    public string? SessionId { get; init; }

    /// <summary>Whether to go on with the last used one of the directory.</summary>
    public bool Newest { get; init; }

    public string AgentId { get; init; } = "";

    public string ModelId { get; init; } = "";

    /// <summary>The directory. Null: the current one, where the server can know it.</summary>
    public string? Workspace { get; init; }

    public async Task<Code.Session> OpenAsync(CancellationToken cancellation)
    {
        var sessions = command.Client.Sessions;
        if (SessionId is not null || Newest)
        {
            var found = SessionId is { } id ? await sessions.GetAsync(id, cancellation) : await NewestAsync(cancellation);
            if (AgentId.Length > 0) found = await sessions.SetAgentAsync(found.Id, AgentId, cancellation);
            return ModelId.Length > 0 ? await sessions.SetModelAsync(found.Id, ModelId, cancellation) : found;
        }
        return await sessions.CreateAsync(new() { AgentId = AgentId, ModelId = ModelId, Workspace = Directory }, cancellation);
    }

    /// <summary>A path is a path of the worker's machine, so the current directory is offered only to a server on this one.</summary>
    private string Directory => Workspace is { } given
        ? Path.GetFullPath(given)
        : command.ClientOptions().Url.IsLoopback ? System.IO.Directory.GetCurrentDirectory() : "";

    private async Task<Code.Session> NewestAsync(CancellationToken cancellation) =>
        await command.Client.Sessions.ListAsync(Directory, cancellation).FirstOrDefaultAsync(cancellation)
        ?? throw new CliException(
            $"There is no session of '{Directory}' yet.", ExitCode.Failed, "Begin one with: koda chat", "session.not_found");
}
