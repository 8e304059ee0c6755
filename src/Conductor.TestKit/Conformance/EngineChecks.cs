using System.Text;
using System.Text.Json;
using Conductor.Operations;

namespace Conductor.TestKit;

/// <summary>Operations that a provider runs itself.</summary>
internal static class EngineChecks
{
    public static IReadOnlyList<ConformanceCheck<ProviderBench>> All { get; } =
    [
        new("engines.listed", ListedAsync),
        new("engines.run", RunAsync),
    ];

    private static async Task ListedAsync(ProviderBench bench, CancellationToken cancellationToken)
    {
        var engines = Engines(bench);
        var models = (await bench.Provider.ListModelsAsync(cancellationToken).ConfigureAwait(false)).ToDictionary(model => model.Id, StringComparer.Ordinal);
        foreach (var engine in engines)
        {
            Expect.That(
                models.TryGetValue(engine.ModelId, out var model) && model.Operations.Contains(engine.Operation),
                $"The engine of '{engine.Operation}' names the model '{engine.ModelId}', which the provider does not list with that operation; routing would never find it.");
        }
    }

    private static async Task RunAsync(ProviderBench bench, CancellationToken cancellationToken)
    {
        var ran = 0;
        foreach (var engine in Engines(bench))
        {
            if (!bench.Plugin.Examples.TryGetValue(engine.Operation, out var example))
            {
                continue;
            }

            var result = await engine.RunAsync(Encoding.UTF8.GetBytes(example.Request), cancellationToken).ConfigureAwait(false);
            Expect.That(OperationChecks.IsJson(result.Result, JsonValueKind.Object), $"The engine of '{engine.Operation}' gives a result that is no JSON object.");
            ran++;
        }

        if (ran == 0)
        {
            throw new NotOfferedException("The kit was given no example of a request for its engines.");
        }
    }

    private static IReadOnlyList<IOperationEngine> Engines(ProviderBench bench) =>
        bench.Provider.Engines is { Count: > 0 } engines ? engines : throw new NotOfferedException("It runs no operation itself.");
}
