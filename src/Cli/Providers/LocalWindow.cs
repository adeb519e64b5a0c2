using System.Globalization;
using Koda.Cli.Identity;
using Koda.Cli.Terminal;
using Koda.Protos.ControlPlane.V1;

namespace Koda.Cli.Providers;

/// <summary>
/// How much the models of a local endpoint read: who does not know it sends too much, of which some servers drop the beginning without a
/// word.
/// </summary>
internal static class LocalWindow
{
    /// <summary>Whether neither the endpoint nor a person has said it of the model that is used.</summary>
    public static async Task<bool> IsUnknown(Session session, ProviderConnection connection, CancellationToken cancellationToken)
    {
        if (connection.DefaultModel.Length == 0 || connection.ContextTokens > 0)
            return false;
        var models = await session
            .Client.Providers.ListModelsAsync(connection.ProviderId, cancellationToken)
            .ToListAsync(cancellationToken);
        return !models.Exists(model => model.Id == connection.DefaultModel && model.HasContextTokens);
    }

    /// <summary>
    /// Asks who sits there, and saves the connection again with the answer. Where nobody does, it is said how to give it.
    /// </summary>
    /// <returns>The connection as it is then.</returns>
    public static async Task<ProviderConnection> Ask(
        Session session, SaveLocalEndpointRequest request, ProviderConnection connection, CancellationToken cancellationToken)
    {
        var model = Printable.Line(connection.DefaultModel, 80);
        while (session.Terminal.Interactive && !session.Json)
        {
            var typed = await PasswordInput.Ask(
                session.Terminal,
                $"How many tokens does {model} read? Its server does not tell. (Enter: I do not know) ",
                cancellationToken);
            if (typed.Trim().Length == 0)
                break;
            if (long.TryParse(typed.Trim(), NumberStyles.AllowThousands, CultureInfo.InvariantCulture, out var tokens) && tokens > 0)
            {
                request.ContextTokens = tokens;
                return await session.Client.Providers.SaveLocalEndpointAsync(request, cancellationToken);
            }
            session.Terminal.Error.WriteLine("A number such as 32768 is needed.");
        }
        session.Terminal.Error.WriteLine(
            $"How many tokens {model} reads is not known. Say it with: {session.Terminal.Program} providers connect {connection.ProviderId} --local --context-tokens N"
        );
        return connection;
    }
}
