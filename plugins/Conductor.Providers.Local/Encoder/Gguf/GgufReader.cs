using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Conductor.Providers.Local.Encoder.Gguf;

/// <summary>Reads the scalars of a GGUF file in order. Every read is checked against the end of the file.</summary>
internal ref struct GgufReader(ReadOnlySpan<byte> file, long position = 0)
{
    private readonly ReadOnlySpan<byte> _file = file;

    /// <summary>Of the next byte to read, from the start of the file.</summary>
    public long Position { get; private set; } = position;

    public byte ReadByte(string what) => Take(sizeof(byte), what)[0];

    public uint ReadUInt32(string what) => BinaryPrimitives.ReadUInt32LittleEndian(Take(sizeof(uint), what));

    public ulong ReadUInt64(string what) => BinaryPrimitives.ReadUInt64LittleEndian(Take(sizeof(ulong), what));

    public float ReadSingle(string what) => BinaryPrimitives.ReadSingleLittleEndian(Take(sizeof(float), what));

    /// <summary>A length or a count, in 64 bits.</summary>
    /// <exception cref="InvalidDataException">It is more than the rest of the file could hold.</exception>
    public int ReadCount(string what, int bytesEach = 1)
    {
        var count = ReadUInt64(what);
        return count <= (ulong)((_file.Length - Position) / bytesEach)
            ? (int)count
            : throw Broken($"{what} is {count.ToString(CultureInfo.InvariantCulture)}, more than the rest of the file can hold");
    }

    /// <summary>A string's bytes in UTF-8, as they lie in the file.</summary>
    public ReadOnlySpan<byte> ReadUtf8(string what) => Take(ReadCount($"the length of {what}"), what);

    public string ReadString(string what) => Encoding.UTF8.GetString(ReadUtf8(what));

    public ReadOnlySpan<byte> Take(long length, string what)
    {
        if (length > _file.Length - Position)
        {
            throw Broken($"the file ends within {what}");
        }

        var bytes = _file.Slice((int)Position, (int)length);
        Position += length;
        return bytes;
    }

    /// <summary>The exception for a file that cannot be read, at the present position.</summary>
    public readonly InvalidDataException Broken(string message) =>
        new(string.Create(CultureInfo.InvariantCulture, $"Not a usable GGUF file: {message} (byte {Position} of {_file.Length})."));

    /// <summary>Bytes of a scalar; 0 for what is none.</summary>
    public static int SizeOf(GgufValueType type) => type switch
    {
        GgufValueType.UInt8 or GgufValueType.Int8 or GgufValueType.Bool => 1,
        GgufValueType.UInt16 or GgufValueType.Int16 => 2,
        GgufValueType.UInt32 or GgufValueType.Int32 or GgufValueType.Float32 => 4,
        GgufValueType.UInt64 or GgufValueType.Int64 or GgufValueType.Float64 => 8,
        _ => 0,
    };
}

/// <summary>Kinds of metadata values, by the numbers that the format gives them.</summary>
internal enum GgufValueType
{
    UInt8,
    Int8,
    UInt16,
    Int16,
    UInt32,
    Int32,
    Float32,
    Bool,
    String,
    Array,
    UInt64,
    Int64,
    Float64,
}
