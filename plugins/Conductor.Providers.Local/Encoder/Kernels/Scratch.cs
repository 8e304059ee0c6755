using Conductor.Providers.Local.Encoder.Gguf;

namespace Conductor.Providers.Local.Encoder.Kernels;

/// <summary>Memory that a product needs besides its operands.</summary>
/// <param name="maxRows">Rows of the largest left-hand side.</param>
/// <param name="maxInputs">Numbers of its longest row.</param>
internal sealed class Scratch(int maxRows, int maxInputs)
{
    /// <summary>Rows as unsigned 8-bit numbers around 128.</summary>
    public AlignedBuffer<byte> Quantized { get; } = new(maxRows * maxInputs);

    /// <summary>What to multiply each block of 32 of them by.</summary>
    public AlignedBuffer<float> Scales { get; } = new(maxRows * maxInputs / GgufTensor.BlockSize);

    /// <summary>32 columns of weights as 32-bit numbers.</summary>
    public AlignedBuffer<float> Panel { get; } = new(maxInputs * FloatKernel.Columns);
}
