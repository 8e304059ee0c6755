using System.Runtime.CompilerServices;
using Conductor.Providers.Local.Encoder.Kernels;

namespace Conductor.Providers.Local.Encoder.Model;

/// <summary>Every word piece of one text looks at every other.</summary>
internal static unsafe class SelfAttention
{
    private const int HeadWidth = BertShape.HeadWidth;

    /// <summary>From <see cref="BertWorkspace.Attention"/> to <see cref="BertWorkspace.Context"/>, for the rows of one text.</summary>
    /// <param name="workspace">The memory of the run.</param>
    /// <param name="shape">The model's measures.</param>
    /// <param name="kind">The kernel for 32-bit numbers.</param>
    /// <param name="start">First row of the text.</param>
    /// <param name="count">Its rows.</param>
    public static void Run(BertWorkspace workspace, BertShape shape, KernelKind kind, int start, int count)
    {
        var stride = 3 * shape.Width;
        var padded = (count + FloatKernel.Columns - 1) / FloatKernel.Columns * FloatKernel.Columns;
        var scale = 1 / MathF.Sqrt(HeadWidth);
        for (var head = 0; head < shape.Heads; head++)
        {
            var queries = workspace.Attention.Pointer + ((nint)start * stride) + (head * HeadWidth);
            var context = workspace.Context.Pointer + ((nint)start * shape.Width) + (head * HeadWidth);
            Arrange(queries + shape.Width, queries + (2 * shape.Width), stride, count, padded, workspace);
            for (var key = 0; key < padded; key += FloatKernel.Columns)
            {
                FloatKernel.Multiply(kind, queries, stride, workspace.Keys.Pointer + (key * HeadWidth), HeadWidth, workspace.Scores.Pointer + key, padded, count);
            }

            for (var row = 0; row < count; row++)
            {
                var scores = workspace.Scores.Pointer + (row * padded);
                Elementwise.Scale(scores, padded, 1 / Elementwise.Softmax(scores, count, padded, scale));
            }

            FloatKernel.Multiply(kind, workspace.Scores.Pointer, padded, workspace.Values.Pointer, count, context, shape.Width, count);
        }
    }

    // Keys into panels of 32, values close together.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Arrange(float* keys, float* values, nint stride, int count, int padded, BertWorkspace workspace)
    {
        var from = keys;
        for (var row = 0; row < padded; row++, from += stride)
        {
            var to = workspace.Keys.Pointer + (row / FloatKernel.Columns * FloatKernel.Columns * HeadWidth) + (row % FloatKernel.Columns);
            for (var index = 0; index < HeadWidth; index++)
            {
                to[index * FloatKernel.Columns] = row < count ? from[index] : 0;
            }
        }

        for (var row = 0; row < count; row++)
        {
            new ReadOnlySpan<float>(values + (row * stride), HeadWidth).CopyTo(new Span<float>(workspace.Values.Pointer + (row * HeadWidth), HeadWidth));
        }
    }
}
