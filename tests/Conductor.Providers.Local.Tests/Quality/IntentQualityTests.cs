using System.Text.Json;
using Conductor.Operations;
using Conductor.Providers.Local.Encoder;
using Conductor.Providers.Local.Encoder.Kernels;
using Conductor.Providers.Local.Intents;
using Xunit.Abstractions;

namespace Conductor.Providers.Local.Tests.Quality;

public class IntentQualityTests(ITestOutputHelper output)
{
    // Every sixth row is asked; each floor lies about two standard errors of that many rows below what docs/operations.md reports for all.
    private const int Step = 6;
    private static readonly Dictionary<string, double> NameFloors = new() { ["snips"] = 0.65, ["banking77"] = 0.51, ["clinc150"] = 0.65 };
    private static readonly Dictionary<string, double> ExampleFloors = new() { ["snips"] = 0.86, ["banking77"] = 0.75, ["clinc150"] = 0.86 };

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Intents_DevelopmentSets_AboveTheFloors(bool hasExamples)
    {
        var rows = EvaluationData.Read("intent", "dev").Where((row, index) => index % Step == 0 && row.GetProperty("label").GetString() != "oos").ToList();
        var examples = EvaluationData.Read("intent", "support_10shot")
            .GroupBy(row => (Set: row.GetProperty("set").GetString()!, Label: row.GetProperty("label").GetString()!), row => row.GetProperty("text").GetString()!)
            .ToDictionary(group => group.Key, group => group.ToArray());
        using var encoder = new MiniLmEncoder(MiniLmEncoder.ShippedModel, KernelKinds.Best, new EncoderSlots(EncoderSlots.Default));
        var engine = new IntentEngine(encoder);

        foreach (var set in rows.GroupBy(row => row.GetProperty("set").GetString()!))
        {
            PossibleIntent[] intents =
            [
                .. examples.Where(group => group.Key.Set == set.Key).Select(group => new PossibleIntent { Name = group.Key.Label, Examples = hasExamples ? group.Value : null }),
            ];
            var right = 0;
            foreach (var row in set)
            {
                var request = new IntentDetectionRequest { Text = row.GetProperty("text").GetString()!, Parameters = new IntentDetectionParameters { PossibleIntents = intents } };
                var answer = await engine.RunAsync(JsonSerializer.SerializeToUtf8Bytes(request, OperationsJsonContext.Default.IntentDetectionRequest), CancellationToken.None);
                right += JsonElement.Parse(answer.Result.Span).GetProperty("intent").GetString() == row.GetProperty("label").GetString() ? 1 : 0;
            }

            var accuracy = (double)right / set.Count();
            output.WriteLine($"{set.Key,-10} n={set.Count(),-4} accuracy={accuracy:F3}");
            var floor = (hasExamples ? ExampleFloors : NameFloors)[set.Key];
            Assert.True(accuracy >= floor, $"{set.Key}: {accuracy:F3} is below {floor}.");
        }
    }
}
