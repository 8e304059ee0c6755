namespace Conductor.Providers.Local.Entities;

/// <summary>Names of persons, places and organizations in English: capitalised words, judged by lists, by their form and by the words around them.</summary>
internal sealed class NameRecognizer(Gazetteer gazetteer, NameModel model)
{
    // The probability of being a name of any kind from which on it is given. On unseen rows of the training split F1 is flat from 0.3 to 0.4 (.472, .468;
    // NameModelTests prints it): the upper end, for its precision.
    internal const double LeastName = 0.4;

    // What is called an organization is one, in a text whose words have capitals for a reason; in tweets, which the model is fitted on, many have none.
    internal const double LeastOrganization = 0.2;

    private readonly NameFeatures _features = new(gazetteer);

    public void Find(EntityText text, List<EntityMatch> matches)
    {
        EntityMatch? before = null;
        foreach (var span in NameSpans.Find(text))
        {
            var features = _features.Read(text, span);
            var probabilities = model.Probabilities(features);
            var isOrganization = features.Contains(NameFeatures.Organization);
            if (probabilities.Sum() < (isOrganization ? LeastOrganization : LeastName))
            {
                continue;
            }

            // The sets that the model is fitted on count a university where one stands as a place; what it is called decides here.
            var best = Array.IndexOf(probabilities, probabilities.Max());
            var (type, confidence) = isOrganization ? (EntityTypes.Organization, probabilities.Sum()) : (NameModel.Classes[best], probabilities[best]);

            // Of two cuts of the same words the likelier stands; the shorter one comes second.
            var found = new EntityMatch(text[span.First].Start, text[span.End - 1].End, type, null, confidence);
            if (before is not null && before.End == found.End && before.Start < found.Start)
            {
                if (before.Confidence >= found.Confidence)
                {
                    continue;
                }

                matches.Remove(before);
            }

            matches.Add(found);
            before = found;
        }
    }

    /// <summary>The candidates and what speaks for each, for fitting the model.</summary>
    internal IEnumerable<(int Start, int End, List<string> Features)> Measure(EntityText text) =>
        NameSpans.Find(text).Select(span => (text[span.First].Start, text[span.End - 1].End, _features.Read(text, span)));
}
