using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Conductor.Providers.Local.Encoder;
using Conductor.Providers.Local.Encoder.Gguf;
using Conductor.Providers.Local.Encoder.Kernels;
using Conductor.Providers.Local.Encoder.Tokens;
using Conductor.Providers.Local.Tests.Encoder;

namespace Conductor.Benchmarks;

/// <summary>The encoder beside a llama.cpp server with the same file: one thread each, the same texts, in turns.</summary>
internal static class EncoderTable
{
    private const int TextsOfALength = 12;

    public static async Task PrintAsync(bool isQuick)
    {
        var rounds = isQuick ? 2 : 25;
        await using var llama = await LlamaReference.StartAsync(MiniLmEncoder.ShippedModel);
        Console.WriteLine($"{RuntimeInformation.FrameworkDescription}, {RuntimeInformation.OSDescription}, {Environment.ProcessorCount} cores, {TextsOfALength} texts of a length, {rounds} rounds, in turns");
        Console.WriteLine(llama is null ? "no llama.cpp server: set CONDUCTOR_LLAMA_SERVER" : "llama.cpp: -t 1 -tb 1; 'inside' is from start to end of the task by its own log, without HTTP; CPU is what a call costs the process");
        Console.WriteLine();
        var encoders = Enum.GetValues<KernelKind>().Where(KernelKinds.IsSupported).Reverse().ToDictionary(kind => kind, kind => new MiniLmEncoder(MiniLmEncoder.ShippedModel, kind, new EncoderSlots(EncoderSlots.Default)));
        foreach (var (kind, encoder) in encoders)
        {
            var start = Stopwatch.GetTimestamp();
            await encoder.EncodeAsync(["first use"], CancellationToken.None);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{kind}: first use {Stopwatch.GetElapsedTime(start).TotalMilliseconds:F0} ms"));
        }

        Console.WriteLine();
        Console.WriteLine($"{"text",-22} {"by",-20} {"p50 ms",8} {"best",8} {"pieces/s",9} {"ratio",8} {"CPU ms",8} {"ratio",8}");
        foreach (var (name, texts) in Texts())
        {
            await RowsAsync(name, texts, encoders, llama, rounds);
        }

        foreach (var encoder in encoders.Values)
        {
            encoder.Dispose();
        }
    }

    private static async Task RowsAsync(string name, string[][] calls, Dictionary<KernelKind, MiniLmEncoder> encoders, LlamaReference? llama, int rounds)
    {
        var ours = encoders.Keys.ToDictionary(kind => kind, _ => new Samples());
        var (http, inside) = (new Samples(), new Samples());
        var tokens = 0.0;
        for (var round = -2; round < rounds; round++) // two rounds to warm up
        {
            foreach (var (kind, encoder) in encoders)
            {
                var before = Environment.CpuUsage.TotalTime;
                foreach (var call in calls)
                {
                    var start = Stopwatch.GetTimestamp();
                    var encoded = await encoder.EncodeAsync(call, CancellationToken.None);
                    ours[kind].Add(round, Stopwatch.GetElapsedTime(start).TotalMilliseconds);
                    tokens = encoded.Average(text => text.Tokens) * call.Length;
                }

                ours[kind].AddProcessorTime(round, (Environment.CpuUsage.TotalTime - before) / calls.Length);
            }

            if (llama is not null)
            {
                var before = llama.ProcessorTime;
                foreach (var call in calls)
                {
                    var asked = await llama.EmbedAsync(call);
                    http.Add(round, asked.Http);
                    inside.Add(round, asked.Inside);
                }

                http.AddProcessorTime(round, (llama.ProcessorTime - before) / calls.Length);
            }
        }

        foreach (var (kind, samples) in ours)
        {
            Print(name, $"Conductor, {kind}", samples, tokens, http);
        }

        if (llama is not null)
        {
            Print(name, "llama.cpp, HTTP", http, tokens, http);
            Print(name, "llama.cpp, inside", inside, tokens, http);
        }
    }

    private static void Print(string name, string by, Samples samples, double tokens, Samples reference) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{name,-22} {by,-20} {samples.Median,8:F2} {samples.Best,8:F2} {tokens / samples.Median * 1000,9:F0} {samples.Median / reference.Median,8:F2} {samples.ProcessorTime,8:F2} {samples.ProcessorTime / reference.ProcessorTime,8:F2}"));

    private static IEnumerable<(string Name, string[][] Calls)> Texts()
    {
        using var file = GgufFile.Open(MiniLmEncoder.ShippedModel);
        using var lease = file.Take();
        var tokenizer = new WordPieceTokenizer(WordPieceVocabulary.Read(file.Content, lease.Bytes));
        string[] Of(int pieces) => [.. Enumerable.Range(0, TextsOfALength).Select(seed => EnglishTexts.OfLength(tokenizer, pieces, seed))];
        string[] words = [.. Of(64).Select(text => string.Join(' ', text.Split(' ').Take(20)))];
        return
        [
            ("20 words", [.. words.Select(text => new[] { text })]),
            ("128 word pieces", [.. Of(128).Select(text => new[] { text })]),
            ("256 word pieces", [.. Of(256).Select(text => new[] { text })]),
            ("12 texts of 20 words", [words]),
        ];
    }

    private sealed class Samples
    {
        private readonly List<double> _milliseconds = [];
        private readonly List<double> _processor = [];

        public double Median => Measure.Median([.. _milliseconds.DefaultIfEmpty(double.NaN)]);

        public double Best => _milliseconds.DefaultIfEmpty(double.NaN).Min();

        /// <summary>The mean: the system counts a process's time in steps too coarse for a median.</summary>
        public double ProcessorTime => _processor.DefaultIfEmpty(double.NaN).Average();

        public void Add(int round, double milliseconds)
        {
            if (round >= 0)
            {
                _milliseconds.Add(milliseconds);
            }
        }

        public void AddProcessorTime(int round, TimeSpan time)
        {
            if (round >= 0)
            {
                _processor.Add(time.TotalMilliseconds);
            }
        }
    }
}
