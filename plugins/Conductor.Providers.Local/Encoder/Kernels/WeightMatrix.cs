namespace Conductor.Providers.Local.Encoder.Kernels;

/// <summary>A layer's weights and biases, packed for one kind of kernel. Used from many threads at once; the scratch memory is the caller's.</summary>
/// <param name="inputs">Numbers that go in; a multiple of 32.</param>
/// <param name="outputs">Numbers that come out; a multiple of 32.</param>
internal abstract unsafe class WeightMatrix(int inputs, int outputs)
{
    public int Inputs { get; } = inputs;

    public int Outputs { get; } = outputs;

    /// <summary>y = x · W + b.</summary>
    /// <param name="x">`rows` rows of <see cref="Inputs"/> numbers, one behind the other.</param>
    /// <param name="rows">At least one.</param>
    /// <param name="y">`rows` rows of <see cref="Outputs"/> numbers, one behind the other.</param>
    /// <param name="scratch">Memory that one thread uses at a time.</param>
    public abstract void Multiply(float* x, int rows, float* y, Scratch scratch);

    /// <summary>Packs weights.</summary>
    public static WeightMatrix Create(KernelKind kind, QuantizedRows weights, float[] bias) =>
        kind == KernelKind.Int8 ? new Int8Matrix(weights, bias) : new FloatMatrix(kind, weights, bias);
}
