namespace Koda.Server.Engine.Principals;

/// <summary>
/// Keeps the token files of a data folder: <c>operator.token</c> with every scope for the person, <c>worker.token</c> for the worker on
/// this machine. A file whose token is not valid in this database (any more), or lacks a scope that came with a newer Koda, is written
/// anew.
/// </summary>
internal sealed class EnsureTokenFiles(AuthenticateToken authenticate, IssueToken issue)
{
    public const string OperatorFile = "operator.token";
    public const string WorkerFile = "worker.token";

    public async Task Execute(string dataDirectory, CancellationToken cancellationToken)
    {
        await Ensure(
            dataDirectory,
            OperatorFile,
            PrincipalNames.Operator,
            PrincipalNames.Operator,
            [Scopes.ControlPlane, Scopes.Worker],
            cancellationToken);
        await Ensure(dataDirectory, WorkerFile, "worker", "local worker", [Scopes.Worker], cancellationToken);
    }

    private async Task Ensure(
        string dataDirectory, string name, string kind, string principal, IReadOnlyList<string> scopes, CancellationToken cancellationToken)
    {
        var file = Path.Combine(dataDirectory, name);
        if (File.Exists(file))
        {
            var present = (await File.ReadAllTextAsync(file, cancellationToken)).Trim();
            if (await authenticate.Execute(present, cancellationToken) is { } known && Scopes.Expand(scopes).All(known.Scopes.Contains))
                return;
        }

        var token = await issue.Execute(kind, principal, name, scopes, lifetime: null, cancellationToken);
        await PrivateFile.Write(file, token + "\n", cancellationToken);
    }
}
