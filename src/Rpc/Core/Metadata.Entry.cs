using System.Buffers;
using System.Text;

namespace Grpc.Core;

public sealed partial class Metadata
{
    /// <summary>One key with its text or its bytes.</summary>
    public sealed class Entry
    {
        private static readonly SearchValues<char> s_keyCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789_-.");

        private readonly string? _text;
        private readonly byte[]? _bytes;

        /// <exception cref="ArgumentException">The key has characters that no header may have, or does not end in <c>-bin</c>.</exception>
        public Entry(string key, byte[] valueBytes)
        {
            Key = Normalize(key);
            if (!IsBinary)
                throw new ArgumentException($"The key '{key}' of a binary value must end in '{BinaryHeaderSuffix}'.", nameof(key));
            ArgumentNullException.ThrowIfNull(valueBytes);
            _bytes = valueBytes.AsSpan().ToArray();
        }

        /// <exception cref="ArgumentException">The key has characters that a header may not have, or ends in <c>-bin</c>.</exception>
        public Entry(string key, string value)
        {
            Key = Normalize(key);
            if (IsBinary)
                throw new ArgumentException($"The key '{key}' ends in '{BinaryHeaderSuffix}', so its value must be bytes.", nameof(key));
            ArgumentNullException.ThrowIfNull(value);
            _text = value;
        }

        private Entry(string key, string? text, byte[]? bytes) => (Key, _text, _bytes) = (key, text, bytes);

        /// <summary>The lower-case key.</summary>
        public string Key { get; }

        /// <summary>The value as text; bytes are read as ASCII.</summary>
        public string Value => _text ?? Encoding.ASCII.GetString(_bytes!);

        /// <summary>The value as bytes (a copy); text is written as ASCII.</summary>
        public byte[] ValueBytes => _bytes is null ? Encoding.ASCII.GetBytes(_text!) : _bytes.AsSpan().ToArray();

        public bool IsBinary => Key.EndsWith(BinaryHeaderSuffix, StringComparison.Ordinal);

        public override string ToString() =>
            IsBinary ? $"[Entry: key={Key}, valueBytes={Convert.ToHexString(_bytes!)}]" : $"[Entry: key={Key}, value={_text}]";

        /// <summary>The bytes without a copy; only for binary entries.</summary>
        internal ReadOnlySpan<byte> RawBytes => _bytes;

        /// <summary>An entry whose lower-case key the wire already guarantees.</summary>
        internal static Entry FromWire(string key, string text) => new(key, text, null);

        /// <inheritdoc cref="FromWire(string, string)"/>
        internal static Entry FromWire(string key, byte[] bytes) => new(key, null, bytes);

        internal bool KeyEquals(string key) => Key.Equals(key, StringComparison.OrdinalIgnoreCase);

        internal string TextOrThrow() =>
            _text ?? throw new InvalidOperationException($"The metadata entry '{Key}' is binary; read its bytes instead.");

        private static string Normalize(string key)
        {
            ArgumentException.ThrowIfNullOrEmpty(key);
            var lower = key.ToLowerInvariant();
            if (lower.AsSpan().ContainsAnyExcept(s_keyCharacters))
                throw new ArgumentException($"The metadata key '{key}' may only have letters, digits, '_', '-' and '.'.", nameof(key));
            return lower;
        }
    }
}
