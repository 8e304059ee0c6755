namespace Conductor.Providers.Local.Tests.Encoder;

internal static class Vectors
{
    public static double Length(ReadOnlySpan<float> vector) => Math.Sqrt(Dot(vector, vector));

    public static double Cosine(ReadOnlySpan<float> left, ReadOnlySpan<float> right) => Dot(left, right) / (Length(left) * Length(right));

    private static double Dot(ReadOnlySpan<float> left, ReadOnlySpan<float> right)
    {
        double sum = 0;
        for (var index = 0; index < left.Length; index++)
        {
            sum += (double)left[index] * right[index];
        }

        return sum;
    }
}
