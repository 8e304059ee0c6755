using System.Numerics;
using Conductor.Operations;
using Conductor.Providers.Local.Encoder;

namespace Conductor.Providers.Local.Intents;

/// <summary>What an intent looks like: the middle of its name, description and examples, and the examples themselves.</summary>
/// <remarks>Weights were compared on train rows of the sets that <see cref="IntentCalibration"/> names: middle and nearest examples together beat either alone.</remarks>
internal sealed class IntentPrototype
{
    private const float NameWeight = 2; // in examples
    private const float DescriptionWeight = 2;
    private const double MiddleShare = 0.6;
    private const int Nearest = 3; // examples that are looked at closely

    private readonly float[] _middle;
    private readonly float[][] _examples;

    private IntentPrototype(float[] middle, float[][] examples, int tokens)
    {
        _middle = middle;
        _examples = examples;
        Tokens = tokens;
    }

    /// <summary>Word pieces of all its texts.</summary>
    public int Tokens { get; }

    public int Examples => _examples.Length;

    /// <summary>Bytes of its vectors.</summary>
    public long Size => (1L + _examples.Length) * _middle.Length * sizeof(float);

    /// <summary>The texts that an intent is made from: name, description where there is one, examples.</summary>
    public static List<string> TextsOf(PossibleIntent intent)
    {
        List<string> texts = [IntentWords.Of(intent.Name)];
        if (!string.IsNullOrWhiteSpace(intent.Description))
        {
            texts.Add(intent.Description);
        }

        texts.AddRange(intent.Examples ?? []);
        return texts;
    }

    /// <summary>Makes it from the encoded texts that <see cref="TextsOf"/> gave.</summary>
    public static IntentPrototype Create(PossibleIntent intent, IReadOnlyList<EncodedText> encoded)
    {
        var examples = intent.Examples?.Count ?? 0;
        var middle = new float[encoded[0].Vector.Length];
        for (var index = 0; index < encoded.Count; index++)
        {
            var weight = index == 0 ? NameWeight : index < encoded.Count - examples ? DescriptionWeight : 1;
            Add(middle, encoded[index].Vector, weight);
        }

        var length = MathF.Sqrt(Dot(middle, middle));
        for (var index = 0; length > 0 && index < middle.Length; index++)
        {
            middle[index] /= length;
        }

        return new IntentPrototype(middle, [.. encoded.Skip(encoded.Count - examples).Select(text => text.Vector)], encoded.Sum(text => text.Tokens));
    }

    /// <summary>How alike a text's vector is: about -1 to 1.</summary>
    public double Likeness(ReadOnlySpan<float> text)
    {
        double middle = Dot(text, _middle);
        if (_examples.Length == 0)
        {
            return middle;
        }

        // The nearest three, highest first.
        Span<double> nearest = [double.NegativeInfinity, double.NegativeInfinity, double.NegativeInfinity];
        foreach (var example in _examples)
        {
            double likeness = Dot(text, example);
            for (var place = 0; place < Nearest; place++)
            {
                if (likeness > nearest[place])
                {
                    (nearest[place], likeness) = (likeness, nearest[place]);
                }
            }
        }

        var count = Math.Min(Nearest, _examples.Length);
        var sum = 0.0;
        foreach (var likeness in nearest[..count])
        {
            sum += likeness;
        }

        return (MiddleShare * middle) + ((1 - MiddleShare) * sum / count);
    }

    private static float Dot(ReadOnlySpan<float> left, ReadOnlySpan<float> right)
    {
        var sums = Vector<float>.Zero;
        var index = 0;
        for (; index <= left.Length - Vector<float>.Count; index += Vector<float>.Count)
        {
            sums += new Vector<float>(left[index..]) * new Vector<float>(right[index..]);
        }

        var sum = Vector.Sum(sums);
        for (; index < left.Length; index++)
        {
            sum += left[index] * right[index];
        }

        return sum;
    }

    private static void Add(Span<float> sum, ReadOnlySpan<float> vector, float weight)
    {
        for (var index = 0; index < sum.Length; index++)
        {
            sum[index] += vector[index] * weight;
        }
    }
}
