using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Conductor.Providers.Local.Encoder.Gguf;

namespace Conductor.Providers.Local.Encoder.Kernels;

/// <summary>Makes 32-bit numbers unsigned 8-bit ones around 128, in blocks of 32 with a scale each.</summary>
internal static unsafe class Int8Quantizer
{
    private const float Smallest = 1e-30f; // below it the factor would be no number

    /// <summary>Quantises blocks.</summary>
    /// <param name="from">The numbers.</param>
    /// <param name="blocks">How many blocks of 32 they are.</param>
    /// <param name="to">A byte for each.</param>
    /// <param name="scales">For each block, what a step of its bytes is worth; 0 for a block of zeros.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Quantize(float* from, int blocks, byte* to, float* scales)
    {
        var order = Vector256.Create(0, 4, 1, 5, 2, 6, 3, 7); // packing works in halves: put its result in order
        var middle = Vector256.Create((byte)128);
        for (var block = 0; block < blocks; block++, from += GgufTensor.BlockSize, to += GgufTensor.BlockSize)
        {
            Vector256<float> a = Vector256.Load(from), b = Vector256.Load(from + 8), c = Vector256.Load(from + 16), d = Vector256.Load(from + 24);
            var largest = Vector256.Max(Vector256.Max(Vector256.Abs(a), Vector256.Abs(b)), Vector256.Max(Vector256.Abs(c), Vector256.Abs(d)));
            var half = Vector128.Max(largest.GetLower(), largest.GetUpper());
            half = Vector128.Max(half, Vector128.Shuffle(half, Vector128.Create(2, 3, 0, 1)));
            half = Vector128.Max(half, Vector128.Shuffle(half, Vector128.Create(1, 0, 3, 2)));
            var top = half.ToScalar();
            scales[block] = top / 127;
            var factor = Vector256.Create(top > Smallest ? 127 / top : 0);
            var low = Avx2.PackSignedSaturate(Avx.ConvertToVector256Int32(a * factor), Avx.ConvertToVector256Int32(b * factor));
            var high = Avx2.PackSignedSaturate(Avx.ConvertToVector256Int32(c * factor), Avx.ConvertToVector256Int32(d * factor));
            var bytes = Avx2.PermuteVar8x32(Avx2.PackSignedSaturate(low, high).AsInt32(), order).AsByte();
            (bytes ^ middle).Store(to);
        }
    }
}
