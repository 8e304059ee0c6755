using Conductor.Providers.Local.Encoder.Kernels;

namespace Conductor.Providers.Local.Tests.Encoder;

public unsafe class KernelTests
{
    public static TheoryData<string, int> KindsAndRows()
    {
        var data = new TheoryData<string, int>();
        foreach (var kind in SharedModel.Kinds)
        {
            foreach (var rows in new[] { 1, 2, 3, 4, 5, 6, 7, 13, 32 })
            {
                data.Add(kind.ToString(), rows);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(KindsAndRows))]
    public void Multiply_AnyRows_IsTheProductOfTheWeights(string name, int rows)
    {
        const int Inputs = 96, Outputs = 64;
        var kind = Enum.Parse<KernelKind>(name);
        var random = new Random(rows);
        var file = Quantized(random, Inputs, Outputs);
        var weights = new QuantizedRows(file, Inputs);
        float[] bias = [.. Enumerable.Range(0, Outputs).Select(_ => (float)random.NextDouble())];
        var matrix = WeightMatrix.Create(kind, weights, bias);
        var x = new AlignedBuffer<float>(rows * Inputs);
        var y = new AlignedBuffer<float>((rows * Outputs) + 1);
        foreach (ref var value in x.Span)
        {
            value = ((float)random.NextDouble() - 0.5f) * 4;
        }

        y.Span[^1] = 123;
        matrix.Multiply(x.Pointer, rows, y.Pointer, new Scratch(rows, Inputs));

        // A step of the quantised inputs is 4/254, weights are up to 1.27; the errors of 96 products add up as a random walk does.
        var tolerance = kind == KernelKind.Int8 ? 0.15 : 1e-4;
        var line = new float[Inputs];
        for (var output = 0; output < Outputs; output++)
        {
            weights.Read(output, line);
            for (var row = 0; row < rows; row++)
            {
                var expected = (double)bias[output];
                for (var input = 0; input < Inputs; input++)
                {
                    expected += (double)x.Span[(row * Inputs) + input] * line[input];
                }

                Assert.Equal(expected, y.Span[(row * Outputs) + output], tolerance);
            }
        }

        Assert.Equal(123, y.Span[^1]); // nothing was written behind the result
    }

    [SkippableFact]
    public void Quantize_Blocks_AreWithinHalfAStep()
    {
        Skip.IfNot(KernelKinds.IsSupported(KernelKind.Int8), "This processor has no AVX-VNNI.");
        var random = new Random(1);
        var from = new AlignedBuffer<float>(32 * 50);
        var to = new AlignedBuffer<byte>(32 * 50);
        var scales = new AlignedBuffer<float>(50);
        for (var index = 0; index < from.Length; index++)
        {
            from.Span[index] = (float)((random.NextDouble() - 0.5) * Math.Pow(10, (index / 32) - 40)); // from nothing to a lot
        }

        Int8Quantizer.Quantize(from.Pointer, 50, to.Pointer, scales.Pointer);

        for (var index = 0; index < from.Length; index++)
        {
            var scale = (double)scales.Span[index / 32];
            var read = (to.Span[index] - 128) * scale;
            Assert.True(Math.Abs(read - from.Span[index]) <= Math.Max(scale * 0.501, 1e-30), $"{from.Span[index]} became {read}");
        }
    }

    [Fact]
    public void Gelu_AllNumbers_IsTheFormulaWithTheHyperbolicTangent()
    {
        var row = new AlignedBuffer<float>(3200);
        for (var index = 0; index < row.Length; index++)
        {
            row.Span[index] = (index - 1600) / 50f; // -32 to 32
        }

        Elementwise.Gelu(row.Pointer, row.Length);

        for (var index = 0; index < row.Length; index++)
        {
            var x = (index - 1600) / 50.0;
            Assert.Equal(0.5 * x * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + (0.044715 * x * x * x)))), row.Span[index], 1e-5 * Math.Max(1, Math.Abs(x)));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(31)]
    [InlineData(32)]
    [InlineData(33)]
    public void Softmax_AnyLength_SharesOutOneAndNothingBehind(int length)
    {
        var padded = (length + 31) / 32 * 32;
        var row = new AlignedBuffer<float>(padded);
        row.Span.Fill(1e30f); // what another text left there
        for (var index = 0; index < length; index++)
        {
            row.Span[index] = (index * 7 % 13) - 300f;
        }

        var sum = Elementwise.Softmax(row.Pointer, length, padded, 0.5f);

        var highest = Enumerable.Range(0, length).Max(index => index * 7 % 13);
        for (var index = 0; index < length; index++)
        {
            Assert.Equal(Math.Exp(0.5 * ((index * 7 % 13) - highest)), row.Span[index], 1e-5);
        }

        Assert.Equal(row.Span.ToArray().Sum(value => (double)value), sum, 1e-3);
        Assert.All(row.Span[length..].ToArray(), value => Assert.Equal(0, value));
    }

    [Fact]
    public void LayerNorm_Row_HasMeanZeroAndVarianceOne()
    {
        var row = new AlignedBuffer<float>(384);
        var ones = new AlignedBuffer<float>(384);
        var zeros = new AlignedBuffer<float>(384);
        ones.Span.Fill(1);
        zeros.Span.Clear();
        var random = new Random(3);
        foreach (ref var value in row.Span)
        {
            value = 100 + (float)random.NextDouble();
        }

        Elementwise.LayerNorm(row.Pointer, 384, ones.Pointer, zeros.Pointer, 1e-12f);

        Assert.Equal(0, row.Span.ToArray().Average(), 1e-3);
        Assert.Equal(1, row.Span.ToArray().Average(value => (double)value * value), 1e-3);
    }

    private static byte[] Quantized(Random random, int inputs, int outputs)
    {
        var bytes = new List<byte>();
        for (var block = 0; block < inputs / 32 * outputs; block++)
        {
            bytes.AddRange(BitConverter.GetBytes((Half)(random.NextDouble() / 100)));
            for (var index = 0; index < 32; index++)
            {
                bytes.Add((byte)(sbyte)random.Next(-127, 128));
            }
        }

        return [.. bytes];
    }
}
