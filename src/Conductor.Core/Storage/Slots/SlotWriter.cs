using System.Buffers.Binary;
using System.Text.Unicode;

namespace Conductor.Storage.Slots;

/// <summary>Writes numbers and texts one after the other into a part of a slot. What is longer than its place is cut: a slot is never larger than a slot.</summary>
internal ref struct SlotWriter(Span<byte> target)
{
    private readonly Span<byte> _target = target;

    public int Length { get; private set; }

    public void Write(byte value) => _target[Length++] = value;

    public void Write(int value)
    {
        BinaryPrimitives.WriteInt32LittleEndian(_target[Length..], value);
        Length += sizeof(int);
    }

    public void Write(long value)
    {
        BinaryPrimitives.WriteInt64LittleEndian(_target[Length..], value);
        Length += sizeof(long);
    }

    /// <summary>An amount, or that there is none.</summary>
    public void Write(Int128? value)
    {
        Write((byte)(value is null ? 0 : 1));
        if (value is { } known)
        {
            BinaryPrimitives.WriteInt128LittleEndian(_target[Length..], known);
            Length += 16;
        }
    }

    /// <summary>A text as UTF-8, cut to whole characters of at most <paramref name="most"/> bytes and to what is left of the part; or that there is none.</summary>
    public void Write(string? text, int most)
    {
        var place = _target[(Length + sizeof(short))..];
        place = place.Length > most ? place[..most] : place;
        var written = 0;
        if (text is not null)
        {
            Utf8.FromUtf16(text, place, out _, out written); // stops before a character that does not fit; half a pair becomes U+FFFD
        }

        BinaryPrimitives.WriteInt16LittleEndian(_target[Length..], (short)(text is null ? -1 : written));
        Length += sizeof(short) + written;
    }
}

/// <summary>Reads what <see cref="SlotWriter"/> wrote.</summary>
internal ref struct SlotReader(ReadOnlySpan<byte> source)
{
    private readonly ReadOnlySpan<byte> _source = source;
    private int _at;

    public byte Byte() => _source[_at++];

    public int Int32()
    {
        var value = BinaryPrimitives.ReadInt32LittleEndian(_source[_at..]);
        _at += sizeof(int);
        return value;
    }

    public long Int64()
    {
        var value = BinaryPrimitives.ReadInt64LittleEndian(_source[_at..]);
        _at += sizeof(long);
        return value;
    }

    public Int128? Int128()
    {
        if (Byte() == 0)
        {
            return null;
        }

        var value = BinaryPrimitives.ReadInt128LittleEndian(_source[_at..]);
        _at += 16;
        return value;
    }

    public string? Text()
    {
        var length = BinaryPrimitives.ReadInt16LittleEndian(_source[_at..]);
        _at += sizeof(short);
        if (length < 0)
        {
            return null;
        }

        var text = System.Text.Encoding.UTF8.GetString(_source.Slice(_at, length));
        _at += length;
        return text;
    }
}
