using System.Text.Json;
using Conductor.Operations;
using Conductor.Providers.Local.Summaries;
using Conductor.Providers.Local.Text;
using Xunit.Abstractions;

namespace Conductor.Providers.Local.Tests.Quality;

public class SummarizationQualityTests(ITestOutputHelper output)
{
    // ROUGE-1 without stemming, a little below the published measure; the floors allow for that.
    private static readonly Dictionary<string, double> Floors = new() { ["cnndm"] = 0.34, ["scitldr-a"] = 0.33, ["bbc-extractive"] = 0.75 };

    [SkippableFact]
    public void Summarization_DevelopmentSets_AboveTheFloors()
    {
        var rows = EvaluationData.Read("summarization", "dev");

        var made = rows.ConvertAll(row => (
            Id: row.GetProperty("id").GetString()!, Set: row.GetProperty("set").GetString()!,
            References: row.GetProperty("refs").EnumerateArray().Select(text => text.GetString()!).ToList(),
            Summary: Summarize(row.GetProperty("set").GetString()!, row.GetProperty("text").GetString()!)));

        EvaluationData.Write("summarization", made.Select(row => JsonSerializer.Serialize(new { id = row.Id, prediction = row.Summary })));
        foreach (var set in made.GroupBy(row => row.Set))
        {
            var rouge = set.Average(row => row.References.Max(reference => Rouge1(row.Summary, reference)));
            output.WriteLine($"{set.Key,-14} n={set.Count(),-4} rouge1={rouge:F3} words={set.Average(row => WordCounter.Count(row.Summary)):F0}");
            Assert.True(rouge >= Floors[set.Key], $"{set.Key}: {rouge:F3} is below {Floors[set.Key]}.");
        }
    }

    // What a caller would ask for: three sentences of a news item, one of an abstract, two fifths of the sentences where the set's own summaries are that long.
    private static string Summarize(string set, string text) => ExtractiveSummarizer.Summarize(text, set switch
    {
        "cnndm" => new SummarizationParameters { MaxSentences = 3 },
        "scitldr-a" => new SummarizationParameters { MaxSentences = 1 },
        _ => new SummarizationParameters { MaxSentences = Math.Clamp((int)(SentenceSplitter.Split(text).Count(sentence => !sentence.IsHeading) * 0.4), 1, 50) },
    }).Summary;

    private static double Rouge1(string summary, string reference)
    {
        var left = Count(summary);
        var right = Count(reference);
        var shared = left.Sum(entry => Math.Min(entry.Value, right.GetValueOrDefault(entry.Key)));
        return shared == 0 ? 0 : 2.0 * shared / (left.Values.Sum() + right.Values.Sum());
    }

    private static Dictionary<string, int> Count(string text)
    {
        var counts = new Dictionary<string, int>();
        foreach (var word in new string([.. text.ToLowerInvariant().Select(character => char.IsAsciiLetterOrDigit(character) ? character : ' ')]).Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            counts[word] = counts.GetValueOrDefault(word) + 1;
        }

        return counts;
    }
}
