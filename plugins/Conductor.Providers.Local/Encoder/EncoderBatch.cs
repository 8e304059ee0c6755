using Conductor.Providers.Local.Encoder.Model;

namespace Conductor.Providers.Local.Encoder;

/// <summary>Gathers windows until the model has as many word pieces as it reads at once, then runs them together: the weights go by once for all of them.</summary>
internal sealed class EncoderBatch(MiniLmModel model, EncoderSlots slots)
{
    private readonly List<int[]> _windows = [];
    private readonly List<WindowMean> _means = [];
    private int _rows;

    /// <summary>Adds a window; runs what was gathered before if there is no room for it.</summary>
    public async Task AddAsync(int[] window, WindowMean mean, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (_rows + window.Length > MiniLmModel.MaxRows)
        {
            await RunAsync(cancellationToken).ConfigureAwait(false);
        }

        _windows.Add(window);
        _means.Add(mean);
        _rows += window.Length;
    }

    /// <summary>Runs what was gathered.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (_windows.Count == 0)
        {
            return;
        }

        var vectors = await slots.RunAsync(() => model.Run(_windows, cancellationToken), cancellationToken).ConfigureAwait(false);
        for (var index = 0; index < vectors.Length; index++)
        {
            _means[index].Add(vectors[index]);
        }

        _windows.Clear();
        _means.Clear();
        _rows = 0;
    }
}

/// <summary>The weighted mean of a text's windows, at length 1. It is whole when every window was added, in order.</summary>
internal sealed class WindowMean(int dimensions, double[] weights)
{
    private int _added;

    public float[] Vector { get; } = new float[dimensions];

    public void Add(float[] window)
    {
        if (weights.Length == 1)
        {
            window.CopyTo(Vector, 0);
            return;
        }

        var weight = (float)weights[_added++];
        for (var index = 0; index < window.Length; index++)
        {
            Vector[index] += weight * window[index];
        }

        if (_added == weights.Length)
        {
            UnitVectors.Normalize(Vector);
        }
    }
}
