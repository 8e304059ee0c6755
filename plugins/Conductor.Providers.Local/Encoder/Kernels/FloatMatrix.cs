using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Conductor.Providers.Local.Encoder.Gguf;

namespace Conductor.Providers.Local.Encoder.Kernels;

/// <summary>Weights for the 32-bit kernels: kept as 8-bit numbers, made 32-bit ones 32 columns at a time. That costs a twentieth of the product and saves three quarters of the memory.</summary>
internal sealed unsafe class FloatMatrix : WeightMatrix
{
    private readonly KernelKind _kind;
    private readonly AlignedBuffer<sbyte> _weights; // panel of 32 columns, input, column
    private readonly AlignedBuffer<float> _scales; // panel, block of 32 inputs, column
    private readonly AlignedBuffer<float> _bias;

    public FloatMatrix(KernelKind kind, QuantizedRows weights, float[] bias)
        : base(weights.Inputs, weights.Rows)
    {
        _kind = kind;
        _weights = new AlignedBuffer<sbyte>(Inputs * Outputs);
        _scales = new AlignedBuffer<float>(weights.Blocks * Outputs);
        _bias = new AlignedBuffer<float>(Outputs);
        bias.CopyTo(_bias.Span);
        for (var output = 0; output < Outputs; output++)
        {
            var (panel, column) = Math.DivRem(output, FloatKernel.Columns);
            for (var block = 0; block < weights.Blocks; block++)
            {
                var numbers = weights.Block(output, block, out var scale);
                _scales.Pointer[(((panel * weights.Blocks) + block) * FloatKernel.Columns) + column] = scale;
                var to = _weights.Pointer + (((panel * Inputs) + (block * GgufTensor.BlockSize)) * FloatKernel.Columns) + column;
                for (var index = 0; index < numbers.Length; index++)
                {
                    to[index * FloatKernel.Columns] = numbers[index];
                }
            }
        }
    }

    public override void Multiply(float* x, int rows, float* y, Scratch scratch)
    {
        for (var panel = 0; panel < Outputs / FloatKernel.Columns; panel++)
        {
            var to = y + (panel * FloatKernel.Columns);
            Unpack(panel, scratch.Panel.Pointer);
            FloatKernel.Multiply(_kind, x, Inputs, scratch.Panel.Pointer, Inputs, to, Outputs, rows);
            for (var row = 0; row < rows; row++)
            {
                Elementwise.Add(to + ((nint)row * Outputs), _bias.Pointer + (panel * FloatKernel.Columns), FloatKernel.Columns);
            }
        }

        GC.KeepAlive(this);
        GC.KeepAlive(scratch);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Unpack(int panel, float* to)
    {
        var from = _weights.Pointer + (panel * Inputs * FloatKernel.Columns);
        var scales = _scales.Pointer + (panel * (Inputs / GgufTensor.BlockSize) * FloatKernel.Columns);
        for (var input = 0; input < Inputs; input++, from += FloatKernel.Columns, to += FloatKernel.Columns)
        {
            var scale = scales + (input / GgufTensor.BlockSize * FloatKernel.Columns);
            if (_kind != KernelKind.Portable) // both of the others come with AVX2
            {
                for (var column = 0; column < FloatKernel.Columns; column += 8)
                {
                    (Avx.ConvertToVector256Single(Avx2.ConvertToVector256Int32(from + column)) * Vector256.Load(scale + column)).Store(to + column);
                }

                continue;
            }

            for (var column = 0; column < FloatKernel.Columns; column += 16)
            {
                var (low, high) = Vector128.Widen(Vector128.Load(from + column));
                Widen(low, to + column, scale + column);
                Widen(high, to + column + 8, scale + column + 8);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Widen(Vector128<short> numbers, float* to, float* scale)
    {
        var (low, high) = Vector128.Widen(numbers);
        (Vector128.ConvertToSingle(low) * Vector128.Load(scale)).Store(to);
        (Vector128.ConvertToSingle(high) * Vector128.Load(scale + 4)).Store(to + 4);
    }
}
