using System.Globalization;
using System.Runtime.InteropServices;
using Conductor.Benchmarks;

// Prints nanoseconds and bytes per call through the pipeline, with a baseline row. Not a test: nothing here asserts a time.
// --quick takes a tenth of the rounds, for a machine that only has to see that it runs.
var isQuick = args.Contains("--quick");
var rounds = isQuick ? 3 : 15;
var callsPerRound = isQuick ? 200 : 3_000;

await using var machine = new BenchmarkMachine();
Console.WriteLine($"{RuntimeInformation.FrameworkDescription}, {RuntimeInformation.OSDescription}, {Environment.ProcessorCount} cores, median of {rounds} rounds of {callsPerRound} calls");
Console.WriteLine();
Console.WriteLine($"{"scenario",-58} {"ns/call",10} {"ratio",7} {"bytes/call",11}");

double baseline = 0;
foreach (var scenario in machine.Scenarios)
{
    for (var i = 0; i < callsPerRound; i++)
    {
        await scenario.Run();
    }

    var times = new double[rounds];
    var bytes = new double[rounds];
    for (var round = 0; round < rounds; round++)
    {
        (times[round], bytes[round]) = await Measure.RoundAsync(scenario.Run, callsPerRound);
    }

    var time = Measure.Median(times);
    baseline = baseline == 0 ? time : baseline;
    Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture, $"{scenario.Name,-58} {time,10:F0} {time / baseline,7:F2} {Measure.Median(bytes),11:F0}"));
}
