using System.Text.Json;
using Conductor.Operations;
using Conductor.Providers.Local.Entities;
using Xunit.Abstractions;

namespace Conductor.Providers.Local.Tests.Quality;

public class EntityQualityTests(ITestOutputHelper output)
{
    // The sets' names for our types.
    private static readonly Dictionary<string, string> SetTypes = new()
    {
        ["person"] = "PERSON", ["location"] = "LOCATION", ["organization"] = "ORGANIZATION", ["email"] = "EMAIL", ["url"] = "URL", ["phone"] = "PHONENUMBER", ["money"] = "CURRENCY", ["percent"] = "PERCENT",
        ["number"] = "NUMBER", ["ordinal"] = "ORDINAL", ["ip_address"] = "IPADDRESS", ["guid"] = "GUID", ["hashtag"] = "HASHTAG", ["mention"] = "MENTION", ["temperature"] = "TEMPERATURE",
        ["dimension"] = "DIMENSION", ["age"] = "AGE", ["date"] = "DATETIME", ["time"] = "DATETIME", ["datetime"] = "DATETIME", ["duration"] = "DATETIME", ["date_range"] = "DATETIME",
        ["time_range"] = "DATETIME", ["datetime_range"] = "DATETIME", ["recurrence"] = "DATETIME",
    };

    [SkippableTheory]
    [InlineData("ner", "dev")]
    [InlineData("pattern", "dev")]
    public void Entities_PublicSets_ExactF1(string task, string split)
    {
        var engine = new EntityEngine(TimeProvider.System);
        var rows = EvaluationData.Read(task, split);
        var counts = new SortedDictionary<string, (int Right, int Found, int Gold)>(StringComparer.Ordinal);
        var predictions = new List<string>();
        foreach (var set in rows.GroupBy(row => row.GetProperty("set").GetString()!))
        {
            var types = set.SelectMany(row => row.GetProperty("entities").EnumerateArray()).Select(entity => entity.GetProperty("type").GetString()!).ToHashSet();
            var wanted = SetTypes.Where(entry => types.Contains(entry.Value)).Select(entry => entry.Key).ToList();
            if (wanted.Count == 0)
            {
                continue;
            }

            foreach (var row in set)
            {
                var text = row.GetProperty("text").GetString()!;
                var found = engine.Extract(
                    new EntityExtractionRequest
                    {
                        Text = text,
                        Parameters = new EntityExtractionParameters { EntityTypes = wanted, ReferenceTime = row.TryGetProperty("reference", out var reference) && reference.ValueKind is JsonValueKind.String ? reference.GetDateTimeOffset() : null },
                    },
                    [],
                    CancellationToken.None).Entities;
                var gold = row.GetProperty("entities").EnumerateArray().Where(entity => wanted.Any(type => SetTypes[type] == entity.GetProperty("type").GetString()))
                    .Select(entity => (Start: CodeUnits(text, entity.GetProperty("start").GetInt32()), End: CodeUnits(text, entity.GetProperty("end").GetInt32()), Type: entity.GetProperty("type").GetString()!)).ToHashSet();
                var answers = found.Select(entity => (Start: entity.StartIndex, End: entity.EndIndex, Type: SetTypes[entity.Type])).ToHashSet();
                foreach (var type in (string[])["", .. gold.Select(entity => entity.Type).Concat(answers.Select(entity => entity.Type)).Distinct()])
                {
                    var key = type.Length == 0 ? set.Key : $"{set.Key} {type}";
                    var before = counts.GetValueOrDefault(key);
                    counts[key] = (
                        before.Right + gold.Intersect(answers).Count(entity => type.Length == 0 || entity.Type == type),
                        before.Found + answers.Count(entity => type.Length == 0 || entity.Type == type),
                        before.Gold + gold.Count(entity => type.Length == 0 || entity.Type == type));
                }

                predictions.Add(JsonSerializer.Serialize(new
                {
                    id = row.TryGetProperty("id", out var id) ? id.GetString() : null,
                    prediction = found.Select(entity => new { type = SetTypes[entity.Type], kind = entity.Type, start = CodePoints(text, entity.StartIndex), end = CodePoints(text, entity.EndIndex), text = entity.Text, value = entity.Value, confidence = entity.Confidence }),
                }));
            }
        }

        EvaluationData.Write($"{task}-{split}", predictions);
        foreach (var (key, (right, found, gold)) in counts)
        {
            output.WriteLine($"{key,-24} gold={gold,-5} precision={(double)right / Math.Max(1, found):F3} recall={(double)right / Math.Max(1, gold):F3} f1={2.0 * right / Math.Max(1, found + gold):F3}");
        }

        Assert.NotEmpty(counts);
    }

    // The sets count code points.
    internal static int CodeUnits(string text, int codePoints)
    {
        var index = 0;
        for (; codePoints > 0 && index < text.Length; codePoints--)
        {
            index += char.IsHighSurrogate(text[index]) && index + 1 < text.Length && char.IsLowSurrogate(text[index + 1]) ? 2 : 1;
        }

        return index;
    }

    private static int CodePoints(string text, int codeUnits) => text.AsSpan(0, codeUnits).ToString().EnumerateRunes().Count();
}
