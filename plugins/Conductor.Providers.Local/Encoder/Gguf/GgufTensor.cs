namespace Conductor.Providers.Local.Encoder.Gguf;

/// <summary>Where a tensor lies.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Shape">Lengths, the one that runs fastest first: a matrix of 384 inputs and 1,536 outputs is [384, 1536].</param>
/// <param name="Type">How its numbers are written.</param>
/// <param name="Offset">Of the first byte, from the start of the file.</param>
/// <param name="Length">In bytes.</param>
internal sealed record GgufTensor(string Name, int[] Shape, GgufTensorType Type, long Offset, long Length)
{
    /// <summary>Numbers that share a scale in <see cref="GgufTensorType.Q8_0"/>.</summary>
    public const int BlockSize = 32;

    /// <summary>Bytes of such a block: a scale of 16 bits, then the numbers of 8 bits.</summary>
    public const int BlockBytes = 2 + BlockSize;

    /// <summary>Its bytes in the file that it was read from.</summary>
    public ReadOnlySpan<byte> Bytes(ReadOnlySpan<byte> file) => file.Slice((int)Offset, (int)Length);

    /// <summary>Bytes of a tensor; 0 for types that are not read here, null for a shape that the type cannot have.</summary>
    public static long? LengthOf(GgufTensorType type, ReadOnlySpan<int> shape)
    {
        var numbers = 1L;
        foreach (var length in shape)
        {
            if (numbers > int.MaxValue) // the next product fits 64 bits as long as this one fits 31
            {
                return null;
            }

            numbers *= length;
        }

        return type switch
        {
            GgufTensorType.F32 => numbers <= int.MaxValue ? numbers * sizeof(float) : null,
            GgufTensorType.F16 => numbers <= int.MaxValue ? numbers * 2 : null,
            GgufTensorType.Q8_0 => shape[0] % BlockSize == 0 && numbers <= int.MaxValue ? numbers / BlockSize * BlockBytes : null,
            _ => 0,
        };
    }
}

/// <summary>Ways of writing a tensor's numbers, by the format's own numbers; the few that are read here.</summary>
internal enum GgufTensorType
{
    F32 = 0,
    F16 = 1,
#pragma warning disable CA1707 // the format's own name
    Q8_0 = 8,
#pragma warning restore CA1707
}
