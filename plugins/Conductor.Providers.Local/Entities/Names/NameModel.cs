using System.Globalization;

namespace Conductor.Providers.Local.Entities;

/// <summary>Turns features into probabilities: a logistic model with four classes, none as the one the others are compared with.</summary>
internal sealed class NameModel
{
    /// <summary>The classes, none not among them.</summary>
    public static readonly string[] Classes = [EntityTypes.Person, EntityTypes.Location, EntityTypes.Organization];

    private readonly Dictionary<string, double[]> _weights;

    public NameModel(Dictionary<string, double[]> weights) => _weights = weights;

    /// <summary>Reads the fitted weights: a feature a line, then its weight for each class.</summary>
    public static NameModel Load() => new(GazetteerFile.Lines("name-weights.tsv").Select(line => line.Split('\t')).ToDictionary(
        parts => parts[0], parts => parts.Skip(1).Select(weight => double.Parse(weight, CultureInfo.InvariantCulture)).ToArray(), StringComparer.Ordinal));

    /// <summary>Probabilities of <see cref="Classes"/>; what they leave to 1 is that of none.</summary>
    public double[] Probabilities(List<string> features)
    {
        var scores = new double[Classes.Length];
        foreach (var feature in features)
        {
            if (_weights.TryGetValue(feature, out var weights))
            {
                for (var index = 0; index < scores.Length; index++)
                {
                    scores[index] += weights[index];
                }
            }
        }

        var largest = Math.Max(0, scores.Max());
        var sum = Math.Exp(-largest) + scores.Sum(score => Math.Exp(score - largest));
        return [.. scores.Select(score => Math.Exp(score - largest) / sum)];
    }
}
