using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Google.Protobuf;

namespace Koda.Server.Http.Json;

internal sealed class BytesJson : ScalarJson<ByteString>
{
    public override string Expectation => "must be base64 text";

    public override void Write(Utf8JsonWriter writer, ByteString value, JsonSerializerOptions options) => writer.WriteBase64StringValue(value.Span);

    protected override bool TryRead(ref Utf8JsonReader reader, [MaybeNullWhen(false)] out ByteString value)
    {
        value = null;
        return TryGetText(ref reader, out var text) && TryParse(text, out value);
    }

    protected override bool TryParse(string text, [MaybeNullWhen(false)] out ByteString value)
    {
        var urlSafe = text.Replace('+', '-').Replace('/', '_');
        value = null;
        if (!Base64Url.IsValid(urlSafe))
            return false;
        value = UnsafeByteOperations.UnsafeWrap(Base64Url.DecodeFromChars(urlSafe));
        return true;
    }
}
