using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Conductor.Providers.Local.Encoder.Kernels;

/// <summary>Products of 32-bit matrices: any number of rows times 32 columns.</summary>
/// <remarks>
/// Four rows at a time; where fewer are left, the last one is computed again in the places of those that are missing, which costs less than another
/// kernel. So the sums of a row run in the same order wherever it stands, and its result has the same bits in any batch.
/// </remarks>
internal static unsafe class FloatKernel
{
    /// <summary>Columns of the right-hand matrix.</summary>
    public const int Columns = 32;

    private const int Rows = 4;

    /// <summary>c = a · b.</summary>
    /// <param name="kind">Which kernel; <see cref="KernelKind.Int8"/> is none of these.</param>
    /// <param name="a">Left: `rows` rows of `depth` numbers.</param>
    /// <param name="aStride">From one of its rows to the next, in numbers.</param>
    /// <param name="b">Right: `depth` rows of 32 numbers, one behind the other.</param>
    /// <param name="depth">Numbers of a row on the left, rows on the right.</param>
    /// <param name="c">Result: `rows` rows of 32 numbers.</param>
    /// <param name="cStride">From one of its rows to the next, in numbers.</param>
    /// <param name="rows">Rows on the left.</param>
    public static void Multiply(KernelKind kind, float* a, nint aStride, float* b, nint depth, float* c, nint cStride, int rows)
    {
        for (var row = 0; row < rows; row += Rows, a += Rows * aStride, c += Rows * cStride)
        {
            var last = Math.Min(rows - row, Rows) - 1;
            nint one = Math.Min(1, last), two = Math.Min(2, last), three = Math.Min(3, last);
            if (kind == KernelKind.Float512)
            {
                Multiply512(a, a + (one * aStride), a + (two * aStride), a + (three * aStride), b, depth, c, c + (one * cStride), c + (two * cStride), c + (three * cStride));
            }
            else if (kind == KernelKind.Float256)
            {
                Multiply256(a, a + (one * aStride), a + (two * aStride), a + (three * aStride), b, depth, c, c + (one * cStride), c + (two * cStride), c + (three * cStride));
                Multiply256(a, a + (one * aStride), a + (two * aStride), a + (three * aStride), b + 16, depth, c + 16, c + 16 + (one * cStride), c + 16 + (two * cStride), c + 16 + (three * cStride));
            }
            else
            {
                var width = Vector<float>.Count;
                for (var column = 0; column < Columns; column += 2 * width)
                {
                    MultiplyAny(
                        a, a + (one * aStride), a + (two * aStride), a + (three * aStride), b + column, depth,
                        c + column, c + column + (one * cStride), c + column + (two * cStride), c + column + (three * cStride));
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Multiply512(float* a0, float* a1, float* a2, float* a3, float* b, nint depth, float* c0, float* c1, float* c2, float* c3)
    {
        Vector512<float> s00 = default, s01 = default, s10 = default, s11 = default, s20 = default, s21 = default, s30 = default, s31 = default;
        for (nint k = 0; k < depth; k++, b += Columns)
        {
            var left = Vector512.Load(b);
            var right = Vector512.Load(b + 16);
            var x = Vector512.Create(a0[k]);
            s00 = Avx512F.FusedMultiplyAdd(x, left, s00);
            s01 = Avx512F.FusedMultiplyAdd(x, right, s01);
            x = Vector512.Create(a1[k]);
            s10 = Avx512F.FusedMultiplyAdd(x, left, s10);
            s11 = Avx512F.FusedMultiplyAdd(x, right, s11);
            x = Vector512.Create(a2[k]);
            s20 = Avx512F.FusedMultiplyAdd(x, left, s20);
            s21 = Avx512F.FusedMultiplyAdd(x, right, s21);
            x = Vector512.Create(a3[k]);
            s30 = Avx512F.FusedMultiplyAdd(x, left, s30);
            s31 = Avx512F.FusedMultiplyAdd(x, right, s31);
        }

        s00.Store(c0);
        s01.Store(c0 + 16);
        s10.Store(c1);
        s11.Store(c1 + 16);
        s20.Store(c2);
        s21.Store(c2 + 16);
        s30.Store(c3);
        s31.Store(c3 + 16);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Multiply256(float* a0, float* a1, float* a2, float* a3, float* b, nint depth, float* c0, float* c1, float* c2, float* c3)
    {
        Vector256<float> s00 = default, s01 = default, s10 = default, s11 = default, s20 = default, s21 = default, s30 = default, s31 = default;
        for (nint k = 0; k < depth; k++, b += Columns)
        {
            var left = Vector256.Load(b);
            var right = Vector256.Load(b + 8);
            var x = Vector256.Create(a0[k]);
            s00 = Fma.MultiplyAdd(x, left, s00);
            s01 = Fma.MultiplyAdd(x, right, s01);
            x = Vector256.Create(a1[k]);
            s10 = Fma.MultiplyAdd(x, left, s10);
            s11 = Fma.MultiplyAdd(x, right, s11);
            x = Vector256.Create(a2[k]);
            s20 = Fma.MultiplyAdd(x, left, s20);
            s21 = Fma.MultiplyAdd(x, right, s21);
            x = Vector256.Create(a3[k]);
            s30 = Fma.MultiplyAdd(x, left, s30);
            s31 = Fma.MultiplyAdd(x, right, s31);
        }

        s00.Store(c0);
        s01.Store(c0 + 8);
        s10.Store(c1);
        s11.Store(c1 + 8);
        s20.Store(c2);
        s21.Store(c2 + 8);
        s30.Store(c3);
        s31.Store(c3 + 8);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void MultiplyAny(float* a0, float* a1, float* a2, float* a3, float* b, nint depth, float* c0, float* c1, float* c2, float* c3)
    {
        var width = Vector<float>.Count;
        Vector<float> s00 = default, s01 = default, s10 = default, s11 = default, s20 = default, s21 = default, s30 = default, s31 = default;
        for (nint k = 0; k < depth; k++, b += Columns)
        {
            var left = Vector.Load(b);
            var right = Vector.Load(b + width);
            var x = new Vector<float>(a0[k]);
            s00 = Vector.MultiplyAddEstimate(x, left, s00);
            s01 = Vector.MultiplyAddEstimate(x, right, s01);
            x = new Vector<float>(a1[k]);
            s10 = Vector.MultiplyAddEstimate(x, left, s10);
            s11 = Vector.MultiplyAddEstimate(x, right, s11);
            x = new Vector<float>(a2[k]);
            s20 = Vector.MultiplyAddEstimate(x, left, s20);
            s21 = Vector.MultiplyAddEstimate(x, right, s21);
            x = new Vector<float>(a3[k]);
            s30 = Vector.MultiplyAddEstimate(x, left, s30);
            s31 = Vector.MultiplyAddEstimate(x, right, s31);
        }

        s00.Store(c0);
        s01.Store(c0 + width);
        s10.Store(c1);
        s11.Store(c1 + width);
        s20.Store(c2);
        s21.Store(c2 + width);
        s30.Store(c3);
        s31.Store(c3 + width);
    }
}
