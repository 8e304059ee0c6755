using System.Globalization;
using Conductor.Calls;
using Conductor.Catalog;
using Conductor.Hooks;
using Conductor.Privacy;
using Conductor.Settings;
using Microsoft.Extensions.AI;

namespace Conductor.Benchmarks;

/// <summary>What hooks cost: nothing where there are none, and what it takes to show a call to one, to mask it, and to look at a text.</summary>
internal static class HooksTable
{
    private const string Plain = "The quick brown fox jumps over 13 lazy dogs, and nobody minds that it did so on 2026-11-20 at 18:36.\n";
    private const string Personal = "Ask joe@example.com or +49 30 901820; card 4111 1111 1111 1111, account DE89 3704 0044 0532 0130 00.\n";

    public static async Task PrintAsync(bool isQuick)
    {
        var (rounds, calls) = isQuick ? (3, 200) : (9, 2_000);
        await using var none = new BenchmarkMachine();
        await using var hooked = new BenchmarkMachine(hook: new PassingHook());
        await using var masked = new BenchmarkMachine(privacy: new PrivacySettings { Prompts = PrivacyMode.Mask, Answers = PrivacyMode.Mask });
        await using var call = new ChatCall { Context = CallContext.New(), Model = "m", IsStreaming = false, Request = new ChatRequest([new ChatMessage(ChatRole.User, "hi")], new ChatOptions()) };
        var plain = string.Concat(Enumerable.Repeat(Plain, 10));
        var personal = string.Concat(Enumerable.Repeat(Personal, 10));
        (string, Func<Task>)[] rows =
        [
            ("a thousand looks whether a call goes through hooks", () => Look(none.Current, call)),
            .. Named("no hooks", none), .. Named("a plugin's hook that passes everything", hooked), .. Named("prompts and answers masked", masked),
            ("1 KB of text masked, nothing in it", () => Mask(plain)),
            ("1 KB of text masked, full of it", () => Mask(personal)),
        ];
        Console.WriteLine($"{"scenario",-75} {"ns",10} {"bytes",9}");
        foreach (var (name, run) in rows)
        {
            for (var i = 0; i < calls; i++)
            {
                await run();
            }

            var times = new double[rounds];
            var bytes = new double[rounds];
            for (var round = 0; round < rounds; round++)
            {
                (times[round], bytes[round]) = await Measure.RoundAsync(run, calls);
            }

            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-75} {Measure.Median(times),10:F0} {Measure.Median(bytes),9:F0}"));
        }
    }

    private static IEnumerable<(string, Func<Task>)> Named(string what, BenchmarkMachine machine) => machine.Scenarios
        .Where(scenario => scenario.Name is "chat, raw bytes, 0.3 KB: peek, splice, usage scan" or "chat, raw bytes, 21 KB" or "chat, raw stream of 50 events" or "chat, typed stream of 50 updates")
        .Select(scenario => ($"{what}: {scenario.Name}", scenario.Run));

    private static Task Look(CatalogSnapshot snapshot, ChatCall call)
    {
        for (var i = 0; i < 1000; i++)
        {
            if (snapshot.HookPlan?.For(call) is not null)
            {
                throw new InvalidOperationException("There is a hook.");
            }
        }

        return Task.CompletedTask;
    }

    private static Task Mask(string text)
    {
        PersonalScanner.Mask(text, PersonalKinds.All);
        return Task.CompletedTask;
    }

    private sealed class PassingHook : ICallHook
    {
        public string Name => "passing";

        public IAnswerHook OpenAnswer(HookCall call) => new Answer();

        private sealed class Answer : IAnswerHook
        {
            public ValueTask<HookVerdict> ChunkAsync(HookChunk chunk, CancellationToken cancellationToken) => new(HookVerdict.Pass);
        }
    }
}
