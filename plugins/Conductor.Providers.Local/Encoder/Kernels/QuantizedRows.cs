using System.Buffers.Binary;
using Conductor.Providers.Local.Encoder.Gguf;

namespace Conductor.Providers.Local.Encoder.Kernels;

/// <summary>Weights as they lie in the file: a row for each output, in blocks of 32 numbers of 8 bits behind a 16-bit scale (q8_0).</summary>
/// <param name="bytes">The rows, one behind the other.</param>
/// <param name="inputs">Numbers of a row; a multiple of 32.</param>
internal readonly ref struct QuantizedRows(ReadOnlySpan<byte> bytes, int inputs)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;

    public int Inputs { get; } = inputs;

    public int Blocks => Inputs / GgufTensor.BlockSize;

    public int Rows => _bytes.Length / (Blocks * GgufTensor.BlockBytes);

    /// <summary>The 32 numbers of a block, and what to multiply them by.</summary>
    public ReadOnlySpan<sbyte> Block(int row, int block, out float scale)
    {
        var at = _bytes.Slice(((row * Blocks) + block) * GgufTensor.BlockBytes, GgufTensor.BlockBytes);
        scale = (float)BinaryPrimitives.ReadHalfLittleEndian(at);
        return System.Runtime.InteropServices.MemoryMarshal.Cast<byte, sbyte>(at[2..]);
    }

    /// <summary>Writes a row out as 32-bit numbers.</summary>
    public void Read(int row, Span<float> numbers)
    {
        for (var block = 0; block < Blocks; block++)
        {
            var values = Block(row, block, out var scale);
            var to = numbers.Slice(block * GgufTensor.BlockSize, GgufTensor.BlockSize);
            for (var index = 0; index < values.Length; index++)
            {
                to[index] = values[index] * scale;
            }
        }
    }
}
