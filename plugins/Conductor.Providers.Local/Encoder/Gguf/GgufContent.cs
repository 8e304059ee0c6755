using System.Buffers.Binary;
using System.Globalization;

namespace Conductor.Providers.Local.Encoder.Gguf;

/// <summary>What a GGUF file (version 2 or 3, little-endian) holds: metadata by key, tensors by name. Values and weights stay in the file.</summary>
/// <param name="values">Where each metadata value begins.</param>
/// <param name="tensors">Every tensor; each was checked to lie inside the file.</param>
internal sealed class GgufContent(IReadOnlyDictionary<string, GgufValue> values, IReadOnlyDictionary<string, GgufTensor> tensors)
{
    private const uint Magic = 0x46554747; // "GGUF"
    private const int DefaultAlignment = 32;
    private const int MaxDimensions = 4;
    private const int SmallestEntry = 13; // a name's length, one character, a type

    /// <summary>Reads the head of a file.</summary>
    /// <exception cref="InvalidDataException">It is no GGUF file, cut short, or of a version unknown here; the message says which and where.</exception>
    public static GgufContent Read(ReadOnlySpan<byte> file)
    {
        var reader = new GgufReader(file);
        if (file.Length < sizeof(uint) || reader.ReadUInt32("the signature") != Magic)
        {
            throw reader.Broken("it does not begin with 'GGUF'");
        }

        var version = reader.ReadUInt32("the version");
        if (version is not (2 or 3))
        {
            throw reader.Broken(string.Create(CultureInfo.InvariantCulture, $"version {version} is neither 2 nor 3"));
        }

        var tensorCount = reader.ReadCount("the number of tensors", SmallestEntry);
        var valueCount = reader.ReadCount("the number of metadata values", SmallestEntry);
        var values = new Dictionary<string, GgufValue>(StringComparer.Ordinal);
        for (var index = 0; index < valueCount; index++)
        {
            var key = reader.ReadString("a metadata key");
            values[key] = ReadValue(ref reader, key);
        }

        var heads = new List<(string Name, int[] Shape, GgufTensorType Type, ulong Offset)>();
        for (var index = 0; index < tensorCount; index++)
        {
            heads.Add(ReadTensor(ref reader));
        }

        var alignment = values.TryGetValue("general.alignment", out var set) && set.Type == GgufValueType.UInt32
            ? BinaryPrimitives.ReadUInt32LittleEndian(file[(int)set.Offset..]) : DefaultAlignment;
        if (alignment is 0 or > 65_536)
        {
            throw reader.Broken(string.Create(CultureInfo.InvariantCulture, $"an alignment of {alignment} makes no sense"));
        }

        var start = (reader.Position + alignment - 1) / alignment * alignment;
        var tensors = new Dictionary<string, GgufTensor>(StringComparer.Ordinal);
        foreach (var (name, shape, type, offset) in heads)
        {
            var length = GgufTensor.LengthOf(type, shape) ?? throw reader.Broken($"tensor '{name}' has a shape that its type cannot have");
            if (offset > (ulong)file.Length || start + (long)offset > file.Length - length)
            {
                throw reader.Broken($"tensor '{name}' lies beyond the end: the file was cut short");
            }

            tensors[name] = new GgufTensor(name, shape, type, start + (long)offset, length);
        }

        return new GgufContent(values, tensors);
    }

    /// <summary>A metadata value.</summary>
    /// <exception cref="InvalidDataException">It is missing or of another kind.</exception>
    public GgufValue Value(string key, GgufValueType type) =>
        values.TryGetValue(key, out var value) && value.Type == type ? value
        : throw new InvalidDataException($"Not a usable GGUF file: it has no '{key}' of type {type}.");

    /// <summary>A whole number that must be there.</summary>
    public int Int32(ReadOnlySpan<byte> file, string key)
    {
        var value = new GgufReader(file, Value(key, GgufValueType.UInt32).Offset).ReadUInt32(key);
        return value <= int.MaxValue ? (int)value : throw new InvalidDataException($"Not a usable GGUF file: '{key}' is {value.ToString(CultureInfo.InvariantCulture)}.");
    }

    /// <summary>A tensor that must be there, of one of the types and the shape that are expected.</summary>
    /// <exception cref="InvalidDataException">It is missing, or another.</exception>
    public GgufTensor Tensor(string name, GgufTensorType type, params ReadOnlySpan<int> shape)
    {
        if (!tensors.TryGetValue(name, out var tensor))
        {
            throw new InvalidDataException($"Not a usable GGUF file: it has no tensor '{name}'.");
        }

        return tensor.Type == type && tensor.Shape.AsSpan().SequenceEqual(shape) ? tensor
            : throw new InvalidDataException(
                $"Not a usable GGUF file: tensor '{name}' is {tensor.Type} [{string.Join(", ", tensor.Shape)}], not {type} [{string.Join(", ", shape.ToArray())}].");
    }

    private static GgufValue ReadValue(ref GgufReader reader, string key)
    {
        var type = (GgufValueType)reader.ReadUInt32($"the type of '{key}'");
        if (type != GgufValueType.Array)
        {
            var offset = reader.Position;
            Skip(ref reader, type, 1, key);
            return new GgufValue(type, offset, ElementType: null, 1);
        }

        var elementType = (GgufValueType)reader.ReadUInt32($"the element type of '{key}'");
        var size = elementType == GgufValueType.String ? sizeof(ulong) : GgufReader.SizeOf(elementType);
        var count = reader.ReadCount($"the length of '{key}'", Math.Max(1, size));
        var start = reader.Position;
        Skip(ref reader, elementType, count, key);
        return new GgufValue(type, start, elementType, count);
    }

    private static void Skip(ref GgufReader reader, GgufValueType type, int count, string key)
    {
        if (type == GgufValueType.String)
        {
            for (var index = 0; index < count; index++)
            {
                reader.ReadUtf8(key);
            }

            return;
        }

        var size = GgufReader.SizeOf(type);
        if (size == 0)
        {
            throw reader.Broken(string.Create(CultureInfo.InvariantCulture, $"'{key}' is of type {(int)type}, which is not known here"));
        }

        reader.Take((long)size * count, key);
    }

    private static (string Name, int[] Shape, GgufTensorType Type, ulong Offset) ReadTensor(ref GgufReader reader)
    {
        var name = reader.ReadString("a tensor's name");
        var dimensions = reader.ReadUInt32($"the dimensions of '{name}'");
        if (dimensions is 0 or > MaxDimensions)
        {
            throw reader.Broken(string.Create(CultureInfo.InvariantCulture, $"tensor '{name}' has {dimensions} dimensions"));
        }

        var shape = new int[dimensions];
        for (var index = 0; index < shape.Length; index++)
        {
            var length = reader.ReadUInt64($"the shape of '{name}'");
            shape[index] = length is > 0 and <= int.MaxValue ? (int)length
                : throw reader.Broken(string.Create(CultureInfo.InvariantCulture, $"tensor '{name}' has a dimension of {length}"));
        }

        return (name, shape, (GgufTensorType)reader.ReadUInt32($"the type of '{name}'"), reader.ReadUInt64($"the offset of '{name}'"));
    }
}

/// <summary>Where a metadata value lies.</summary>
/// <param name="Type">Its kind.</param>
/// <param name="Offset">Of the value, or of an array's first element, from the start of the file.</param>
/// <param name="ElementType">Of an array's elements; null for what is none.</param>
/// <param name="Count">An array's elements; 1 for what is none.</param>
internal readonly record struct GgufValue(GgufValueType Type, long Offset, GgufValueType? ElementType, int Count);
