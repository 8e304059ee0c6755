using System.Buffers;
using System.Globalization;
using System.Runtime.InteropServices;
using Conductor.Host.Http;
using Conductor.Host.Logging;
using Conductor.Host.Redaction;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Conductor.Benchmarks;

/// <summary>What hiding secrets costs a call's log line, and what the headers of every answer cost. The first row is the line alone.</summary>
internal static class GuardsTable
{
    public static async Task PrintAsync(bool isQuick)
    {
        var (rounds, calls) = isQuick ? (3, 2_000) : (15, 50_000);
        var formatter = new JsonLineFormatter(TimeProvider.System);
        var (line, clean) = (new ArrayBufferWriter<byte>(4096), new ArrayBufferWriter<byte>(4096));
        Write(formatter, line);
        var written = line.WrittenSpan.ToArray();
        var (none, ten, thousand) = (Knowing(0), Knowing(10), Knowing(1_000));
        var context = new DefaultHttpContext();
        (string Name, Action Run)[] scenarios =
        [
            ("a call's log line, written", () => Write(formatter, line)),
            ("  looked through, no secret known", () => none.TryClean(written, clean)),
            ("  looked through, 10 known", () => ten.TryClean(written, clean)),
            ("  looked through, 1,000 known", () => thousand.TryClean(written, clean)),
            ("headers of every answer", () =>
            {
                context.Response.Headers.Clear();
                SecurityHeaders.Assign(context);
            }),
        ];
        Console.WriteLine($"{RuntimeInformation.FrameworkDescription}, {Environment.ProcessorCount} cores, median of {rounds} rounds of {calls}; the line has {written.Length} bytes");
        Console.WriteLine($"{"scenario",-40} {"ns",10} {"ratio",7} {"bytes",8}");
        double baseline = 0;
        foreach (var (name, run) in scenarios)
        {
            var (times, bytes) = (new double[rounds], new double[rounds]);
            for (var round = -2; round < rounds; round++)
            {
                var measured = await Measure.RoundAsync(
                    () =>
                    {
                        run();
                        return Task.CompletedTask;
                    },
                    calls);
                (times[Math.Max(0, round)], bytes[Math.Max(0, round)]) = measured;
            }

            var time = Measure.Median(times);
            baseline = baseline == 0 ? time : baseline;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-40} {time,10:F0} {time / baseline,7:F2} {Measure.Median(bytes),8:F0}"));
        }
    }

    private static SecretRedactor Knowing(int secrets)
    {
        var redactor = new SecretRedactor();
        redactor.Know(Enumerable.Range(0, secrets).Select(i => string.Create(CultureInfo.InvariantCulture, $"a-secret-of-the-operators-{i * 7_919:x8}")));
        return redactor;
    }

    // The members of the line that is written for each call.
    private static void Write(JsonLineFormatter formatter, ArrayBufferWriter<byte> output)
    {
        output.ResetWrittenCount();
        KeyValuePair<string, object?>[] state =
        [
            new("request_id", "req_01a1fa5c03c4dd1f33c5471a77555609"), new("tenant", "default"), new("model", "openai/gpt-4o-mini"), new("backend_model", "gpt-4o-mini"), new("provider", "openai"), new("operation", "chat"),
            new("start", DateTimeOffset.UnixEpoch), new("end", DateTimeOffset.UnixEpoch), new("latency_ms", 123.456), new("tokens", 420L), new("input_tokens", 400L), new("output_tokens", 20L), new("cost", 0.00021m),
            new("cost_status", "settled"), new("status", "ok"), new("error_code", null), new("error_category", null), new("attempts", 1), new("cache_hit", false), new("metadata", null),
        ];
        formatter.Write(output, new LogEntry<KeyValuePair<string, object?>[]>(
            LogLevel.Information, "Conductor.Telemetry.CallLog", new EventId(1, "CallEnded"), state, null, (_, _) => "chat openai/gpt-4o-mini 123 ms, 420 tokens, $0.00021"));
    }
}
