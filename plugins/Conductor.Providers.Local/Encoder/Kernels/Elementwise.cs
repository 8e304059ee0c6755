using System.Numerics;
using System.Runtime.CompilerServices;

namespace Conductor.Providers.Local.Encoder.Kernels;

/// <summary>What happens between the products: layer norm, GELU, softmax. Lengths are multiples of the vector width, which 32 always is.</summary>
internal static unsafe class Elementwise
{
    private const float Log2OfE = 1.44269504f;
    private const float Lowest = -126; // of a power of two that is a normal number
    private const float RoundingShift = 12_582_912; // 1.5 · 2^23: adding it leaves a whole number in the low bits

    /// <summary>Brings the numbers of a row to mean 0 and variance 1, then scales and shifts them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void LayerNorm(float* row, int length, float* weight, float* bias, float epsilon)
    {
        var width = Vector<float>.Count;
        var sum = Vector<float>.Zero;
        for (var index = 0; index < length; index += width)
        {
            sum += Vector.Load(row + index);
        }

        var mean = new Vector<float>(Vector.Sum(sum) / length);
        var squares = Vector<float>.Zero;
        for (var index = 0; index < length; index += width)
        {
            var difference = Vector.Load(row + index) - mean;
            squares += difference * difference;
        }

        var scale = new Vector<float>(1 / MathF.Sqrt((Vector.Sum(squares) / length) + epsilon));
        for (var index = 0; index < length; index += width)
        {
            (((Vector.Load(row + index) - mean) * scale * Vector.Load(weight + index)) + Vector.Load(bias + index)).Store(row + index);
        }
    }

    /// <summary>to = to + from.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Add(float* to, float* from, int length)
    {
        for (var index = 0; index < length; index += Vector<float>.Count)
        {
            (Vector.Load(to + index) + Vector.Load(from + index)).Store(to + index);
        }
    }

    /// <summary>row = row · factor.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Scale(float* row, int length, float factor)
    {
        var by = new Vector<float>(factor);
        for (var index = 0; index < length; index += Vector<float>.Count)
        {
            (Vector.Load(row + index) * by).Store(row + index);
        }
    }

    /// <summary>GELU in the form with the hyperbolic tangent: x · σ(2 · √(2/π) · (x + 0.044715 x³)).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Gelu(float* row, int length)
    {
        var cubic = new Vector<float>(-2 * 0.7978845608f * 0.044715f * Log2OfE);
        var linear = new Vector<float>(-2 * 0.7978845608f * Log2OfE);
        for (var index = 0; index < length; index += Vector<float>.Count)
        {
            var x = Vector.Load(row + index);
            var power = x * Vector.MultiplyAddEstimate(cubic, x * x, linear);
            (x / (Vector<float>.One + PowerOfTwo(Vector.Min(power, new Vector<float>(126))))).Store(row + index);
        }
    }

    /// <summary>Turns scores into e^(scale · (score - highest)), zeros behind them.</summary>
    /// <param name="row">The scores, in memory that goes on to `padded`.</param>
    /// <param name="length">How many there are.</param>
    /// <param name="padded">The next multiple of 32.</param>
    /// <param name="scale">What scores are multiplied by.</param>
    /// <returns>Their sum, to divide by.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float Softmax(float* row, int length, int padded, float scale)
    {
        for (var index = length; index < padded; index++)
        {
            row[index] = float.NegativeInfinity;
        }

        var width = Vector<float>.Count;
        var highest = Vector.Load(row);
        for (var index = width; index < padded; index += width)
        {
            highest = Vector.Max(highest, Vector.Load(row + index));
        }

        var top = highest[0];
        for (var index = 1; index < width; index++)
        {
            top = Math.Max(top, highest[index]);
        }

        var factor = new Vector<float>(scale * Log2OfE);
        var shift = new Vector<float>(-top * scale * Log2OfE);
        var sum = Vector<float>.Zero;
        for (var index = 0; index < padded; index += width)
        {
            var value = PowerOfTwo(Vector.MultiplyAddEstimate(Vector.Load(row + index), factor, shift));
            value.Store(row + index);
            sum += value;
        }

        // What stood for "nothing" became 2^-126, which is nothing too, but let it be exactly so.
        for (var index = length; index < padded; index++)
        {
            row[index] = 0;
        }

        return Vector.Sum(sum);
    }

    // 2^x by a polynomial on [-1/2, 1/2], right to 1 in 10^7; x at most 127.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<float> PowerOfTwo(Vector<float> x)
    {
        x = Vector.Max(x, new Vector<float>(Lowest));
        var shifted = x + new Vector<float>(RoundingShift);
        var part = x - (shifted - new Vector<float>(RoundingShift));
        var value = new Vector<float>(1.54035304e-4f);
        value = Vector.MultiplyAddEstimate(value, part, new Vector<float>(1.33335581e-3f));
        value = Vector.MultiplyAddEstimate(value, part, new Vector<float>(9.61812911e-3f));
        value = Vector.MultiplyAddEstimate(value, part, new Vector<float>(5.55041087e-2f));
        value = Vector.MultiplyAddEstimate(value, part, new Vector<float>(2.40226507e-1f));
        value = Vector.MultiplyAddEstimate(value, part, new Vector<float>(6.93147181e-1f));
        value = Vector.MultiplyAddEstimate(value, part, Vector<float>.One);
        return Vector.AsVectorSingle(Vector.AsVectorInt32(value) + Vector.ShiftLeft(Vector.AsVectorInt32(shifted), 23));
    }
}
