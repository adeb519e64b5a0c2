using System.Globalization;
using Grpc.Core;
using Koda.Server.Engine.Overview;
using Koda.Server.Engine.Runs;
using Koda.Server.Http;
using Wire = Koda.Protos.ControlPlane.V1;

namespace Koda.Server.Surfaces.ControlPlane;

/// <summary>Sums up what runs consumed.</summary>
internal sealed class CostService(ListCosts listCosts, TimeProvider clock) : Wire.CostService.CostServiceBase
{
    private const string DayFormat = "yyyy-MM-dd";
    private const int UsualDays = 30;

    public override async Task<Wire.ListCostsResponse> ListCosts(Wire.ListCostsRequest request, ServerCallContext context)
    {
        var today = DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime);
        var until = Day(request.Until, "until") ?? today;
        var since = Day(request.Since, "since") ?? (until.DayNumber > UsualDays ? until.AddDays(-UsualDays) : DateOnly.MinValue);
        if (since > until)
            throw RpcFault.Invalid([new FieldFault("since", "must not be after until")]);
        var filter = new CostFilter(since, until, request.AgentId, request.Model)
        {
            ByDay = Tells(request, Wire.CostGroup.Day),
            ByAgent = Tells(request, Wire.CostGroup.Agent),
            ByModel = Tells(request, Wire.CostGroup.Model),
        };
        var found = await listCosts.Execute(filter, request.Limit, request.Cursor, context.CancellationToken);
        return new Wire.ListCostsResponse
        {
            Items = { found.Page.Items.Select(From) },
            NextCursor = found.Page.NextCursor ?? "",
            Total = RunViews.From(found.Total),
        };
    }

    private static bool Tells(Wire.ListCostsRequest request, Wire.CostGroup group) =>
        request.GroupBy.Count == 0 || request.GroupBy.Contains(group);

    private static DateOnly? Day(string text, string field)
    {
        if (text.Length == 0)
            return null;
        return DateOnly.TryParseExact(text, DayFormat, CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
            ? day
            : throw RpcFault.Invalid([new FieldFault(field, "must be a day such as 2026-01-31")]);
    }

    private static Wire.Cost From(CostRow row) => new()
    {
        Day = row.Day?.ToString(DayFormat, CultureInfo.InvariantCulture) ?? "",
        AgentId = row.AgentId,
        Model = row.Model,
        Usage = RunViews.From(row.Used),
    };
}
