using Koda.Protos.Common.V1;
using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Conversations;

/// <summary>Sets a setting of coding sessions; it holds from the next turn on.</summary>
internal sealed class ChangeCodeSetting(Database database)
{
    private const int MaxKey = 128;
    private const int MaxValue = 64 * 1024;

    /// <exception cref="EngineException">INVALID_REQUEST: the value is not one of this setting.</exception>
    public Task Execute(string key, string value, CancellationToken cancellationToken)
    {
        if (Fault(key, value) is { } fault)
            throw new EngineException(
                ErrorReason.InvalidRequest, $"The value of '{key}' {fault}.", new Dictionary<string, string> { ["value"] = fault });
        return database.Read(
            async (connection, token) =>
            {
                await CodeSettingStore.Save(connection, key, StorableText.Of(value), token);
                return true;
            },
            cancellationToken);
    }

    private static string? Fault(string key, string value) =>
        key.Length > MaxKey ? $"has a name of more than {MaxKey} characters"
        : value.Length > MaxValue ? $"has more than {MaxValue} characters"
        : CodeSettings.Fault(key, value);
}
