namespace Conductor.TestKit;

/// <summary>Vectors for texts: of length one, the same for the same text, far from each other for different ones.</summary>
public static class FakeVectors
{
    /// <summary>The vector of a text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="dimensions">How many numbers; at least 1.</param>
    public static float[] Of(string text, int dimensions)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentOutOfRangeException.ThrowIfLessThan(dimensions, 1);
        var state = text.Aggregate(2166136261u, (hash, character) => unchecked((hash ^ character) * 16777619u));
        var numbers = new float[dimensions];
        for (var i = 0; i < dimensions; i++)
        {
            state = unchecked((state * 1664525u) + 1013904223u);
            numbers[i] = ((state >> 8) / (float)(1 << 24)) - 0.5f;
        }

        var length = MathF.Max(MathF.Sqrt(numbers.Sum(number => number * number)), 1e-6f);
        return [.. numbers.Select(number => number / length)];
    }
}
