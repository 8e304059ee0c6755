using System.Globalization;
using System.Runtime.InteropServices;
using Conductor.Benchmarks;
using Conductor.Settings;

// Prints nanoseconds and bytes per call through the pipeline, with a baseline row. Not a test: nothing here asserts a time.
// `encoder` prints the encoder's table instead, beside a llama.cpp server where CONDUCTOR_LLAMA_SERVER names one.
// `translation` prints what a chunk of a stream costs, raw and for each pair of dialects.
// `ledger` prints what booking costs instead.
// `hooks` prints what it costs to show a call to a hook, and to mask personal data.
// `access` prints what it costs to find out whose key it is.
// `guards` prints what hiding secrets and the headers of every answer cost.
// --quick takes a tenth of the rounds, for a machine that only has to see that it runs.
var isQuick = args.Contains("--quick");
if (args.Contains("encoder"))
{
    await EncoderTable.PrintAsync(isQuick);
    return;
}

if (args.Contains("translation"))
{
    await TranslationTable.PrintAsync(isQuick);
    return;
}

if (args.Contains("access"))
{
    await AccessTable.PrintAsync(isQuick);
    return;
}

if (args.Contains("guards"))
{
    await GuardsTable.PrintAsync(isQuick);
    return;
}

if (args.Contains("hooks"))
{
    await HooksTable.PrintAsync(isQuick);
    return;
}

if (args.Contains("ledger"))
{
    await LedgerTable.PrintAsync(isQuick);
    return;
}

var rounds = isQuick ? 3 : 15;
var callsPerRound = isQuick ? 200 : 3_000;

// --data DIR: with the ledger in SQLite there, and the reservations in a mapped file.
await using var machine = new BenchmarkMachine(Array.IndexOf(args, "--data") is var at and >= 0 ? Path.GetFullPath(args[at + 1]) : null);
await using var byRequests = new BenchmarkMachine(limits: new RateLimitSettings { Rpm = 1_000_000_000 });
await using var byTokens = new BenchmarkMachine(limits: new RateLimitSettings { Rpm = 1_000_000_000, Tpm = 1_000_000_000_000 });
(string Name, Func<Task> Run)[] scenarios = [.. machine.Scenarios, .. byRequests.Scenarios, .. byTokens.Scenarios];
Console.WriteLine($"{RuntimeInformation.FrameworkDescription}, {RuntimeInformation.OSDescription}, {Environment.ProcessorCount} cores, median of {rounds} rounds of {callsPerRound} calls");
Console.WriteLine();
Console.WriteLine($"{"scenario",-58} {"ns/call",10} {"best",10} {"ratio",7} {"bytes/call",11}"); // the best round is the one that others disturbed least; the ratio is its own

// Compiled for good only after a while: every scenario warms up before the first is measured, with pauses for the compiler's own thread.
for (var pass = 0; pass < (isQuick ? 1 : 4); pass++)
{
    foreach (var scenario in scenarios)
    {
        for (var i = 0; i < callsPerRound; i++)
        {
            await scenario.Run();
        }
    }

    await Task.Delay(TimeSpan.FromMilliseconds(300));
}

double baseline = 0;
foreach (var scenario in scenarios)
{
    var times = new double[rounds];
    var bytes = new double[rounds];
    for (var round = 0; round < rounds; round++)
    {
        (times[round], bytes[round]) = await Measure.RoundAsync(scenario.Run, callsPerRound);
    }

    var time = Measure.Median(times); // and sorted
    baseline = baseline == 0 ? times[0] : baseline;
    Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture, $"{scenario.Name,-58} {time,10:F0} {times[0],10:F0} {times[0] / baseline,7:F1} {Measure.Median(bytes),11:F0}"));
}
