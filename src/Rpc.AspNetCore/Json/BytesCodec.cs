using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Google.Protobuf;

namespace Koda.Rpc.AspNetCore.Json;

internal sealed class BytesCodec : TextValue<ByteString>
{
    public override string Expectation => "must be base64 text";

    public override void Write(Utf8JsonWriter writer, ByteString value) => writer.WriteBase64StringValue(value.Span);

    public override bool TryParse(string text, [MaybeNullWhen(false)] out ByteString value)
    {
        var urlSafe = text.Replace('+', '-').Replace('/', '_');
        value = null;
        if (!Base64Url.IsValid(urlSafe)) return false;
        value = UnsafeByteOperations.UnsafeWrap(Base64Url.DecodeFromChars(urlSafe));
        return true;
    }
}
