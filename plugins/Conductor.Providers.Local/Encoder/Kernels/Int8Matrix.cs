using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Conductor.Providers.Local.Encoder.Gguf;

namespace Conductor.Providers.Local.Encoder.Kernels;

/// <summary>Weights for the 8-bit kernel, which multiplies unsigned by signed numbers.</summary>
/// <remarks>
/// Inputs are made 8-bit numbers in blocks of 32 with a scale each, as the weights are, and moved up by 128 to have no sign; what that adds to a block's
/// sum, 128 times the sum of its weights, is where the sum begins. Six rows by 16 columns at a time; missing rows repeat the last one.
/// </remarks>
internal sealed unsafe class Int8Matrix : WeightMatrix
{
    private const int Columns = 16;
    private const int Rows = 6;
    private const int BlockBytes = Columns * GgufTensor.BlockSize;

    private readonly AlignedBuffer<sbyte> _weights; // panel of 16 columns, block of 32 inputs, four inputs, column, input
    private readonly AlignedBuffer<float> _scales; // panel, block, column
    private readonly AlignedBuffer<int> _starts; // panel, block, column
    private readonly AlignedBuffer<float> _bias;

    public Int8Matrix(QuantizedRows weights, float[] bias)
        : base(weights.Inputs, weights.Rows)
    {
        _weights = new AlignedBuffer<sbyte>(Inputs * Outputs);
        _scales = new AlignedBuffer<float>(weights.Blocks * Outputs);
        _starts = new AlignedBuffer<int>(weights.Blocks * Outputs);
        _bias = new AlignedBuffer<float>(Outputs);
        bias.CopyTo(_bias.Span);
        for (var output = 0; output < Outputs; output++)
        {
            var (panel, column) = Math.DivRem(output, Columns);
            for (var block = 0; block < weights.Blocks; block++)
            {
                var numbers = weights.Block(output, block, out var scale);
                var place = (panel * weights.Blocks) + block;
                var to = _weights.Pointer + (place * BlockBytes);
                var sum = 0;
                for (var index = 0; index < numbers.Length; index++)
                {
                    to[(index / 4 * 4 * Columns) + (column * 4) + (index % 4)] = numbers[index];
                    sum += numbers[index];
                }

                _scales.Pointer[(place * Columns) + column] = scale;
                _starts.Pointer[(place * Columns) + column] = -128 * sum;
            }
        }
    }

    public override void Multiply(float* x, int rows, float* y, Scratch scratch)
    {
        var blocks = Inputs / GgufTensor.BlockSize;
        Int8Quantizer.Quantize(x, rows * blocks, scratch.Quantized.Pointer, scratch.Scales.Pointer);
        for (var panel = 0; panel < Outputs / Columns; panel++)
        {
            for (var row = 0; row < rows; row += Rows)
            {
                MultiplyTile(
                    scratch.Quantized.Pointer + ((nint)row * Inputs), scratch.Scales.Pointer + ((nint)row * blocks), blocks,
                    _weights.Pointer + ((nint)panel * blocks * BlockBytes), _scales.Pointer + ((nint)panel * blocks * Columns), _starts.Pointer + ((nint)panel * blocks * Columns),
                    _bias.Pointer + (panel * Columns), y + ((nint)row * Outputs) + (panel * Columns), Outputs, Math.Min(rows - row, Rows) - 1);
            }
        }

        GC.KeepAlive(this);
        GC.KeepAlive(scratch);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void MultiplyTile(
        byte* x, float* xScales, nint blocks, sbyte* weights, float* scales, int* starts, float* bias, float* y, nint stride, int last)
    {
        nint one = Math.Min(1, last), two = Math.Min(2, last), three = Math.Min(3, last), four = Math.Min(4, last), five = Math.Min(5, last);
        var inputs = blocks * GgufTensor.BlockSize;
        byte* x1 = x + (one * inputs), x2 = x + (two * inputs), x3 = x + (three * inputs), x4 = x + (four * inputs), x5 = x + (five * inputs);
        Vector256<float> f00 = Vector256.Load(bias), f01 = Vector256.Load(bias + 8);
        Vector256<float> f10 = f00, f11 = f01, f20 = f00, f21 = f01, f30 = f00, f31 = f01, f40 = f00, f41 = f01, f50 = f00, f51 = f01;
        for (nint block = 0; block < blocks; block++)
        {
            Vector256<int> s00 = Vector256.Load(starts), s01 = Vector256.Load(starts + 8);
            Vector256<int> s10 = s00, s11 = s01, s20 = s00, s21 = s01, s30 = s00, s31 = s01, s40 = s00, s41 = s01, s50 = s00, s51 = s01;
            for (nint index = block * GgufTensor.BlockSize, end = index + GgufTensor.BlockSize; index < end; index += 4, weights += 4 * Columns)
            {
                var left = Vector256.Load(weights);
                var right = Vector256.Load(weights + 32);
                var four8 = Vector256.Create(*(int*)(x + index)).AsByte();
                s00 = AvxVnni.MultiplyWideningAndAdd(s00, four8, left);
                s01 = AvxVnni.MultiplyWideningAndAdd(s01, four8, right);
                four8 = Vector256.Create(*(int*)(x1 + index)).AsByte();
                s10 = AvxVnni.MultiplyWideningAndAdd(s10, four8, left);
                s11 = AvxVnni.MultiplyWideningAndAdd(s11, four8, right);
                four8 = Vector256.Create(*(int*)(x2 + index)).AsByte();
                s20 = AvxVnni.MultiplyWideningAndAdd(s20, four8, left);
                s21 = AvxVnni.MultiplyWideningAndAdd(s21, four8, right);
                four8 = Vector256.Create(*(int*)(x3 + index)).AsByte();
                s30 = AvxVnni.MultiplyWideningAndAdd(s30, four8, left);
                s31 = AvxVnni.MultiplyWideningAndAdd(s31, four8, right);
                four8 = Vector256.Create(*(int*)(x4 + index)).AsByte();
                s40 = AvxVnni.MultiplyWideningAndAdd(s40, four8, left);
                s41 = AvxVnni.MultiplyWideningAndAdd(s41, four8, right);
                four8 = Vector256.Create(*(int*)(x5 + index)).AsByte();
                s50 = AvxVnni.MultiplyWideningAndAdd(s50, four8, left);
                s51 = AvxVnni.MultiplyWideningAndAdd(s51, four8, right);
            }

            Vector256<float> scale0 = Vector256.Load(scales), scale1 = Vector256.Load(scales + 8);
            AddScaled(ref f00, ref f01, s00, s01, scale0, scale1, xScales[block]);
            AddScaled(ref f10, ref f11, s10, s11, scale0, scale1, xScales[(one * blocks) + block]);
            AddScaled(ref f20, ref f21, s20, s21, scale0, scale1, xScales[(two * blocks) + block]);
            AddScaled(ref f30, ref f31, s30, s31, scale0, scale1, xScales[(three * blocks) + block]);
            AddScaled(ref f40, ref f41, s40, s41, scale0, scale1, xScales[(four * blocks) + block]);
            AddScaled(ref f50, ref f51, s50, s51, scale0, scale1, xScales[(five * blocks) + block]);
            scales += Columns;
            starts += Columns;
        }

        Store(y, f00, f01);
        Store(y + (one * stride), f10, f11);
        Store(y + (two * stride), f20, f21);
        Store(y + (three * stride), f30, f31);
        Store(y + (four * stride), f40, f41);
        Store(y + (five * stride), f50, f51);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddScaled(ref Vector256<float> to0, ref Vector256<float> to1, Vector256<int> sum0, Vector256<int> sum1, Vector256<float> scale0, Vector256<float> scale1, float xScale)
    {
        var scale = Vector256.Create(xScale);
        to0 = Fma.MultiplyAdd(Avx.ConvertToVector256Single(sum0), scale0 * scale, to0);
        to1 = Fma.MultiplyAdd(Avx.ConvertToVector256Single(sum1), scale1 * scale, to1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(float* to, Vector256<float> left, Vector256<float> right)
    {
        left.Store(to);
        right.Store(to + 8);
    }
}
