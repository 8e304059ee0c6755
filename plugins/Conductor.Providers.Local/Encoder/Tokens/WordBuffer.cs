using System.Runtime.CompilerServices;
using System.Text;

namespace Conductor.Providers.Local.Encoder.Tokens;

/// <summary>The word that is being read, as UTF-8.</summary>
internal ref struct WordBuffer(Span<byte> bytes)
{
    /// <summary>Characters of the longest word that is put together from pieces; a longer one is unknown as a whole.</summary>
    public const int MaxCharacters = 100;

    public const int MaxBytes = MaxCharacters * 4;

    private readonly Span<byte> _bytes = bytes;
    private int _length;
    private int _characters;

    public readonly bool IsEmpty => _characters == 0;

    public readonly bool IsTooLong => _characters > MaxCharacters;

    public readonly ReadOnlySpan<byte> Bytes => _bytes[.._length];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(byte ascii)
    {
        if (_characters++ < MaxCharacters)
        {
            _bytes[_length++] = ascii;
        }
    }

    public void Add(Rune character)
    {
        if (_characters++ < MaxCharacters)
        {
            _length += character.EncodeToUtf8(_bytes[_length..]);
        }
    }

    public void Clear() => _length = _characters = 0;
}
