using System.Buffers;
using System.Globalization;
using System.Runtime.InteropServices;
using Conductor.Wire;
using Microsoft.Extensions.AI;

namespace Conductor.Benchmarks;

/// <summary>What one chunk of a stream costs: passed through as bytes, and translated from each dialect into each. No pipeline, no network.</summary>
internal static class TranslationTable
{
    private const int Chunks = 400;

    public static async Task PrintAsync(bool isQuick)
    {
        var (rounds, streams) = isQuick ? (3, 5) : (75, 4); // short rounds, many of them: the best one is that which nobody disturbed
        var updates = Updates();
        var said = StreamSides.All.ToDictionary(side => side.Name, side => side.Say(updates));
        var pairs = (from caller in StreamSides.All from target in StreamSides.All select (caller, target, run: Run(caller, target, said[target.Name]))).ToList();
        Console.WriteLine($"{RuntimeInformation.FrameworkDescription}, {RuntimeInformation.OSDescription}, {Environment.ProcessorCount} cores, best of {rounds} rounds of {streams} streams of {Chunks} chunks");
        Console.WriteLine($"bytes of a chunk: {string.Join(", ", said.Select(pair => $"{pair.Key} {pair.Value.Length / Chunks}"))}");
        Console.WriteLine();
        for (var pass = 0; pass < (isQuick ? 1 : 4); pass++)
        {
            foreach (var (_, _, run) in pairs)
            {
                await Measure.RoundAsync(run, streams);
            }

            await Task.Delay(TimeSpan.FromMilliseconds(300)); // the compiler's own thread
        }

        var best = pairs.ToDictionary(pair => (pair.caller.Name, pair.target.Name), _ => (Nanoseconds: double.MaxValue, Bytes: double.MaxValue));
        for (var round = 0; round < rounds; round++)
        {
            foreach (var (caller, target, run) in pairs) // in turns, so that what disturbs one round disturbs all pairs
            {
                var (time, bytes) = await Measure.RoundAsync(run, streams);
                var known = best[(caller.Name, target.Name)];
                best[(caller.Name, target.Name)] = (Math.Min(known.Nanoseconds, time / Chunks), Math.Min(known.Bytes, bytes / Chunks));
            }
        }

        Print("ns per chunk", pair => best[pair].Nanoseconds);
        Print("bytes allocated per chunk", pair => best[pair].Bytes);
    }

    private static void Print(string what, Func<(string Caller, string Target), double> value)
    {
        Console.WriteLine($"{what + ", caller \\ target",-42}{string.Concat(StreamSides.All.Select(target => $"{target.Name,12}"))}");
        foreach (var caller in StreamSides.All)
        {
            Console.WriteLine($"{caller.Name,-42}{string.Concat(StreamSides.All.Select(target => (value((caller.Name, target.Name)).ToString("F0", CultureInfo.InvariantCulture) + (caller == target ? " raw" : "")).PadLeft(12)))}");
        }

        Console.WriteLine();
    }

    private static Func<Task> Run(StreamSide caller, StreamSide target, byte[] body)
    {
        var output = new ArrayBufferWriter<byte>(64 * 1024);
        return caller == target
            ? async () =>
            {
                await using var stream = caller.OpenRaw(new MemoryStream(body));
                while (await stream.ReadAsync(CancellationToken.None))
                {
                    output.Write(stream.Raw.Span);
                    output.ResetWrittenCount();
                }
            }
            : async () =>
            {
                var (write, complete) = caller.OpenWriter();
                await target.ReadAsync(new MemoryStream(body), update =>
                {
                    write(output, update);
                    output.ResetWrittenCount();
                });
                complete(output);
                output.ResetWrittenCount();
            };
    }

    private static List<ChatResponseUpdate> Updates()
    {
        var words = new[] { "The ", "quick ", "brown ", "fox, ", "naïve ", "über ", "42 ", "\"so\" " };
        List<ChatResponseUpdate> updates = [.. Enumerable.Range(0, Chunks).Select(i => new ChatResponseUpdate(ChatRole.Assistant, words[i % words.Length]) { MessageId = "m" })];
        updates.Add(new ChatResponseUpdate(ChatRole.Assistant, [new UsageContent(new WireUsage { InputTokens = 12, OutputTokens = Chunks }.ToDetails())]) { FinishReason = ChatFinishReason.Stop, MessageId = "m" });
        return updates;
    }
}
