using System.Globalization;
using System.Text.Json;
using Grpc.Core;
using Koda.Server.Http;
using Koda.Server.Engine.Agents;
using Koda.Server.Engine.Conversations;
using Koda.Server.Engine.Providers;
using Koda.Server.Engine.Settings;
using Koda.Server.Engine.Workers;
using Wire = Koda.Protos.Code.V1;

namespace Koda.Server.Surfaces.Code;

/// <summary>Tells how the server is set up, and keeps settings by name.</summary>
internal sealed class ConfigService(
    CurrentSettings settings, ReadConnections connections, ListMcpServers mcpServers, RefreshMcp refreshMcp, ReadCodeSetting readSetting,
    ChangeCodeSetting changeSetting) : Wire.ConfigService.ConfigServiceBase
{
    public override Task<Wire.Health> GetHealth(Wire.GetHealthRequest request, ServerCallContext context) =>
        Task.FromResult(new Wire.Health { Status = "ok" });

    public override async Task<Wire.Config> GetConfig(Wire.GetConfigRequest request, ServerCallContext context)
    {
        var servers = await mcpServers.Execute(context.CancellationToken);
        return new Wire.Config
        {
            DefaultAgent = await DefaultAgent.Of(settings, context.CancellationToken),
            ToolCount = AgentRules.Tools.Count + servers.Sum(server => server.Tools),
            McpServers = { servers.Select(From) },
            Providers = { (await connections.All(context.CancellationToken)).Select(From) },
            ErrorDisplayTime = (int)
                decimal.Parse(await readSetting.Execute("error_display_time", context.CancellationToken), CultureInfo.InvariantCulture),
            TraceEnabled = true,
            Version = typeof(ConfigService).Assembly.GetName().Version!.ToString(fieldCount: 3),
        };
    }

    public override async Task<Wire.RefreshMcpResponse> RefreshMcp(Wire.RefreshMcpRequest request, ServerCallContext context)
    {
        var refreshed = await refreshMcp.Execute(context.CancellationToken);
        var reply = new Wire.RefreshMcpResponse { Tools = refreshed.Servers.Sum(server => server.Tools) };
        if (refreshed.SilentWorkers > 0)
            reply.SilentWorkers = refreshed.SilentWorkers;
        return reply;
    }

    public override async Task<Wire.Setting> GetSetting(Wire.GetSettingRequest request, ServerCallContext context) =>
        new() { Key = request.Key, Value = await readSetting.Execute(request.Key, context.CancellationToken) };

    public override async Task<Wire.Setting> PutSetting(Wire.PutSettingRequest request, ServerCallContext context)
    {
        if (request.Value.Length == 0)
            throw RpcFault.Invalid([new FieldFault("value", "is required")]);
        await changeSetting.Execute(request.Key, Text(request.Value), context.CancellationToken);
        return await GetSetting(new Wire.GetSettingRequest { Key = request.Key }, context);
    }

    private static Wire.McpServer From(McpServerRecord server) =>
        new() { Name = server.Name, Enabled = server.Enabled, Active = server.Active, Tools = server.Tools };

    private static Wire.ConfigProvider From(ConnectionRecord connection) =>
        new() { Id = connection.Id, Name = connection.Title, Configured = connection is { Stored: true, Configured: true } };

    /// <summary>A string's text, and any other JSON as it was written.</summary>
    private static string Text(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.ValueKind == JsonValueKind.String ? document.RootElement.GetString()! : json;
    }
}
