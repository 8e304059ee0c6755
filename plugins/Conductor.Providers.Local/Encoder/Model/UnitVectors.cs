namespace Conductor.Providers.Local.Encoder.Model;

/// <summary>Vectors of length 1 (L2).</summary>
internal static class UnitVectors
{
    /// <summary>Brings a vector to length 1. One of zeros becomes the first axis: every text has a vector that can be compared.</summary>
    public static void Normalize(Span<float> vector)
    {
        double squares = 0;
        foreach (var value in vector)
        {
            squares += (double)value * value;
        }

        if (squares == 0)
        {
            vector[0] = 1;
            return;
        }

        var scale = 1 / Math.Sqrt(squares);
        foreach (ref var value in vector)
        {
            value = (float)(value * scale);
        }
    }
}
