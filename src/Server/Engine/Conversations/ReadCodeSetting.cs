using Koda.Protos.Common.V1;
using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Conversations;

internal sealed class ReadCodeSetting(Database database)
{
    /// <exception cref="EngineException">SETTING_NOT_FOUND: nobody set it, and Koda does not know it.</exception>
    public async Task<string> Execute(string key, CancellationToken cancellationToken) =>
        (await database.Read(CodeSettingStore.Read, cancellationToken)).Find(key)
        ?? throw new EngineException(ErrorReason.SettingNotFound, $"There is no setting '{key}'.");
}
