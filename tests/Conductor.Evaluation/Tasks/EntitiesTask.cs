using System.Text.Json;

namespace Conductor.Evaluation.Tasks;

/// <summary>Entities with their places: names (`ner`), or what a pattern tells (`pattern`).</summary>
internal sealed class EntitiesTask(string name) : IEvaluationTask
{
    public string Name => name;

    public string Folder => name;

    public string Score => "entities.py";

    public string Operation => "entity_extraction";

    public async Task<IReadOnlyList<object>> RunAsync(LocalEngines engines, EvaluationData data)
    {
        List<object> predictions = [];
        foreach (var row in data.Dev)
        {
            var text = row.GetProperty("text").GetString()!;
            var reference = row.TryGetProperty("reference", out var time) && time.ValueKind == JsonValueKind.String ? time.GetString() : null;
            var result = await engines.RunAsync(Operation, reference is null ? new { text } : new { text, parameters = new { reference_time = reference } });
            predictions.Add(new
            {
                id = row.GetProperty("id").GetString(),
                prediction = result.GetProperty("entities").EnumerateArray().Select(entity => new
                {
                    type = SetType(entity.GetProperty("type").GetString()!),
                    start = CodePoints(text, entity.GetProperty("start_index").GetInt32()),
                    end = CodePoints(text, entity.GetProperty("end_index").GetInt32()),
                    text = entity.GetProperty("text").GetString(),
                }).ToList(),
            });
        }

        return predictions;
    }

    // The scripts know one type for all of time, and read a few other names for themselves.
    private static string SetType(string type) => type is "date_range" or "time_range" or "datetime_range" or "recurrence" ? "datetime" : type;

    // The scripts count code points, Conductor UTF-16 code units.
    private static int CodePoints(string text, int end)
    {
        var count = end;
        for (var index = 0; index + 1 < end; index++)
        {
            count -= char.IsSurrogatePair(text[index], text[index + 1]) ? 1 : 0;
        }

        return count;
    }
}
