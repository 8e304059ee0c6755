namespace Conductor.Providers.Local.Encoder.Model;

/// <summary>Where the windows of a long text lie: all of the same length, evenly spread, each sharing at least a quarter with the next.</summary>
internal static class TextWindows
{
    /// <summary>Word pieces of a window: what the model was trained on, less the two special ones.</summary>
    public const int Pieces = 254;

    private const int MostBetweenStarts = 190;

    /// <summary>First pieces of the windows of a text; one window for a text that fits.</summary>
    public static int[] Starts(int pieces)
    {
        if (pieces <= Pieces)
        {
            return [0];
        }

        var last = pieces - Pieces;
        var starts = new int[((last + MostBetweenStarts - 1) / MostBetweenStarts) + 1];
        for (var index = 0; index < starts.Length; index++)
        {
            starts[index] = (int)((long)last * index / (starts.Length - 1));
        }

        return starts;
    }

    /// <summary>What each window weighs in the average: every piece of the text counts once, shared out among the windows that hold it.</summary>
    public static double[] Weights(ReadOnlySpan<int> starts, int pieces)
    {
        var holders = new int[pieces];
        foreach (var start in starts)
        {
            foreach (ref var count in holders.AsSpan(start, Math.Min(Pieces, pieces - start)))
            {
                count++;
            }
        }

        var weights = new double[starts.Length];
        for (var index = 0; index < weights.Length; index++)
        {
            foreach (var count in holders.AsSpan(starts[index], Math.Min(Pieces, pieces - starts[index])))
            {
                weights[index] += 1.0 / count;
            }
        }

        return weights;
    }
}
