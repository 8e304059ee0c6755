using System.Diagnostics;
using System.Text.Json;

namespace Conductor.Evaluation;

/// <summary>Time and bytes of one call at a time, payload to result, for texts of 20, 200 and 2,000 words. Processor time is what a busy machine does not stretch.</summary>
internal static class LatencyTable
{
    private const int Intents = 20;

    public static async Task PrintAsync(LocalEngines engines, EvaluationOptions options)
    {
        Console.WriteLine($"{"operation",-36} {"words",6} {"p50 ms",9} {"p95 ms",9} {"cpu ms",9} {"kB/call",9} {"rounds",7}");
        foreach (var words in (int[])[20, 200, 2_000])
        {
            var text = TextOf(options.Folder, words);
            var intents = Enumerable.Range(1, Intents).Select(index => $"intent_number_{index}").ToArray();
            await RowAsync("embeddings", words, () => engines.Embeddings.GenerateAsync([text]), options);
            await OperationAsync("intent_detection", new { text, parameters = new { possible_intents = intents } });
            await OperationAsync("sentiment_analysis", new { text });
            await OperationAsync("entity_extraction", new { text });
            await OperationAsync("summarization", new { text });

            async Task OperationAsync(string operation, object request)
            {
                if (engines.Has(operation))
                {
                    var payload = LocalEngines.PayloadOf(request);
                    await RowAsync(operation == "intent_detection" ? $"{operation}, {Intents} known intents" : operation, words, () => engines.RunAsync(operation, payload), options);
                }
            }
        }
    }

    private static async Task RowAsync(string name, int words, Func<Task> call, EvaluationOptions options)
    {
        // Until the compiler has made its best of it, or two seconds: long calls need fewer.
        var (most, limit) = options.IsQuick ? (20, TimeSpan.FromMilliseconds(300)) : (1_000, TimeSpan.FromSeconds(3));
        await RoundsAsync(call, most, limit);
        await Task.Delay(TimeSpan.FromMilliseconds(options.IsQuick ? 1 : 300));
        var before = Environment.CpuUsage.TotalTime;
        var (times, bytes) = await RoundsAsync(call, most, limit);
        var processor = (Environment.CpuUsage.TotalTime - before).TotalMilliseconds / times.Count;
        times.Sort();
        Console.WriteLine($"{name,-36} {words,6} {times[times.Count / 2],9:F3} {times[(int)(times.Count * 0.95)],9:F3} {processor,9:F3} {bytes / 1_000.0,9:F1} {times.Count,7}");
    }

    private static async Task<(List<double> Milliseconds, long BytesPerCall)> RoundsAsync(Func<Task> call, int most, TimeSpan limit)
    {
        List<double> times = new(most);
        var start = Stopwatch.GetTimestamp();
        var before = GC.GetTotalAllocatedBytes(precise: true);
        while (times.Count < most && (times.Count < 5 || Stopwatch.GetElapsedTime(start) < limit))
        {
            var began = Stopwatch.GetTimestamp();
            await call();
            times.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        }

        return (times, (GC.GetTotalAllocatedBytes(precise: true) - before) / times.Count);
    }

    // Running text of the data's own news items where they are there.
    private static string TextOf(string folder, int words)
    {
        var file = Path.Combine(folder, "summarization", "dev.jsonl");
        var text = File.Exists(file)
            ? string.Join(' ', File.ReadLines(file).Take(40).Select(line => JsonElement.Parse(line).GetProperty("text").GetString()))
            : string.Join(' ', Enumerable.Repeat("The council of the city approved a new bridge over the river on Tuesday.", 200));
        return string.Join(' ', text.Split(default(char[]), StringSplitOptions.RemoveEmptyEntries).Take(words));
    }
}
