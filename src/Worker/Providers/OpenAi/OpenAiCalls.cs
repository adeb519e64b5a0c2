using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Koda.Worker.Providers.Wire;

namespace Koda.Worker.Providers.OpenAi;

/// <summary>
/// Joins the pieces of calls. A call is told from the others by its id, its index and its order, and vendors get each of them wrong: all
/// calls of one index, one id for all, another id with each piece, a name that is repeated, a call that is sent again when it is whole.
/// </summary>
internal sealed class OpenAiCalls(ModelRequest request)
{
    private static readonly HashSet<string> s_own = ["index", "id", "type", "function"];
    private static readonly HashSet<string> s_ownOfFunction = ["name", "arguments"];

    private readonly List<Call> _calls = [];
    private readonly CallIds _ids = new(request.Messages);

    public int Count => _calls.Count;

    /// <summary>Takes a piece of a call, or a whole one.</summary>
    public void Take(JsonElement json, List<ModelEvent> pieces)
    {
        if (json.ValueKind != JsonValueKind.Object)
            throw new InvalidOperationException("a tool call that is not an object.");
        var function = json.TryGetProperty("function", out var named) && named.ValueKind == JsonValueKind.Object ? named : default;
        var piece = new Piece(
            WireJson.Text(json, "id"), WireJson.Number(json, "index"), WireJson.Text(function, "name"), Arguments(function));
        var call = Find(piece);
        if (call is not null && call.Holds(piece))
            return;
        if (call is null)
            _calls.Add(call = new Call { Index = piece.Index, Number = _calls.Count });
        if (call.Name.Length == 0 || request.Tools.Any(tool => tool.Name == call.Name + piece.Name))
            call.Name += piece.Name;
        if (call.Id.Length == 0 && piece.Id.Length > 0)
            call.Id = piece.Id;
        OpaqueMembers.Take(call.Opaque, json, s_own);
        if (function.ValueKind == JsonValueKind.Object)
            OpaqueMembers.Take(call.OpaqueOfFunction, function, s_ownOfFunction);
        if (piece.Arguments.Length == 0)
            return;
        call.Arguments.Append(piece.Arguments);
        pieces.Add(new ToolInputDelta(IdOf(call), call.Name, piece.Arguments));
    }

    public IEnumerable<ToolCallBlock> Finish() =>
        _calls.Select(call =>
            call.Name.Length == 0
                ? throw ProviderFailure.Malformed("a tool call without a name.")
                : new ToolCallBlock(IdOf(call), call.Name, call.Arguments.Length > 0 ? call.Arguments.ToString() : "{}")
                {
                    Opaque = call.WrittenOpaque,
                });

    private Call? Find(Piece piece)
    {
        var same = piece.Id.Length > 0 ? _calls.FindLast(call => call.Id == piece.Id && call.Index == piece.Index) : null;
        var byId = same ?? (piece.Id.Length > 0 ? _calls.FindLast(call => call.Id == piece.Id) : null);
        var call = byId ?? (piece.Index is null ? _calls.LastOrDefault() : _calls.FindLast(call => call.Index == piece.Index));
        if (call is null || piece.Name.Length == 0)
            return call;
        var goesOn = call.GoesOnWith(piece, isSame: same is not null);
        // An id that nobody knows yet is another call's, unless what comes with it can only be more of this one.
        var isOther =
            byId is null && piece.Id.Length > 0 && call.Id.Length > 0 ? !goesOn : !goesOn && IsOther(call, piece, isSame: same is not null);
        return isOther ? null : call;
    }

    // What has a name begins a call, but where the name is only repeated, or comes in parts.
    private bool IsOther(Call call, Piece piece, bool isSame) =>
        call.Name.Length > 0 && !call.Holds(piece)
        && (call.Index != piece.Index
            || (call.Arguments.Length > 0 ? !isSame || piece.Arguments.Length > 0
                : piece.Name != call.Name && request.Tools.All(tool => tool.Name != call.Name + piece.Name)));

    private string IdOf(Call call) => call.Given ??= _ids.Take(call.Id, call.Number);

    private static string Arguments(JsonElement function)
    {
        if (function.ValueKind != JsonValueKind.Object || !function.TryGetProperty("arguments", out var value))
            return "";
        return value.ValueKind switch
        {
            JsonValueKind.Object or JsonValueKind.Array => value.GetRawText(),
            JsonValueKind.String => value.GetString()!,
            JsonValueKind.Null => "",
            var kind => throw new InvalidOperationException($"arguments of a call that are a {kind}."),
        };
    }

    private sealed record Piece(string Id, int? Index, string Name, string Arguments);

    private sealed class Call
    {
        public required int? Index { get; init; }

        public required int Number { get; init; }

        public string Id { get; set; } = "";

        public string Name { get; set; } = "";

        /// <summary>The id that it is known by. Null: nobody was told of it yet.</summary>
        public string? Given { get; set; }

        public StringBuilder Arguments { get; } = new();

        public JsonObject Opaque { get; } = [];

        public JsonObject OpaqueOfFunction { get; } = [];

        public string? WrittenOpaque
        {
            get
            {
                if (OpaqueOfFunction.Count > 0)
                    Opaque["function"] = OpaqueOfFunction.DeepClone();
                return Opaque.Count > 0 ? Opaque.ToJsonString() : null;
            }
        }

        /// <summary>Whether the piece says again what is there already, whole.</summary>
        public bool Holds(Piece piece) =>
            piece.Name == Name
            && piece.Id == Id
            && piece.Index == Index
            && piece.Arguments.Length > 1
            && IsWhole()
            && piece.Arguments == Arguments.ToString();

        /// <summary>Whether the piece brings more of arguments that have begun and not ended.</summary>
        public bool GoesOnWith(Piece piece, bool isSame) =>
            Arguments.Length > 0
            && !IsWhole()
            && piece.Name == Name
            && (piece.Index is null || piece.Index == Index)
            && (isSame || !IsObject(piece.Arguments));

        private bool IsWhole() => IsObject(Arguments.ToString());

        private static bool IsObject(string text)
        {
            if (!text.AsSpan().TrimEnd().EndsWith("}"))
                return false;
            try
            {
                using var parsed = JsonDocument.Parse(text);
                return parsed.RootElement.ValueKind == JsonValueKind.Object;
            }
            catch (JsonException)
            {
                return false;
            }
        }
    }
}
