using Grpc.Core;

namespace Koda.Rpc.Calls;

/// <summary>How a call ended. Trailers are null while they are still to be read from the response.</summary>
internal sealed record CallEnd(Status Status, Metadata? Trailers);
