using Conductor.Providers;

namespace Conductor.TestKit;

/// <summary>The checks of provider plugins, in order: what it is, what it answers, how it fails, how it ends.</summary>
internal static class ProviderSuite
{
    public static IReadOnlyList<ConformanceCheck<ProviderBench>> Checks { get; } =
    [
        new("provider", IsMadeAsync),
        new("models", ModelsAsync),
        new("health", HealthAsync),
        .. ChatChecks.All,
        .. CancellationChecks.All,
        .. ErrorChecks.All,
        .. EmbeddingChecks.All,
        .. RawChecks.All,
        .. EngineChecks.All,
        new("dispose", DisposeAsync),
    ];

    private static readonly string[] Dialects = ["openai", "anthropic", "gemini", "ollama"];

    private static Task IsMadeAsync(ProviderBench bench, CancellationToken cancellationToken)
    {
        foreach (var engine in bench.Provider.Engines)
        {
            bench.Capabilities.Add("engine:" + engine.Operation);
        }

        if (bench.Provider.Puller is not null)
        {
            bench.Capabilities.Add("pull");
        }

        if (bench.Provider.RawTransport is { } raw)
        {
            bench.Capabilities.UnionWith(Dialects.Where(dialect => raw.Supports(dialect, RawEndpoint.Chat)).Select(dialect => "raw:" + dialect));
        }

        return Task.CompletedTask;
    }

    private static async Task ModelsAsync(ProviderBench bench, CancellationToken cancellationToken)
    {
        IReadOnlyList<ModelDescriptor>? models;
        try
        {
            models = await bench.Provider.ListModelsAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (ProviderException failure)
        {
            throw new CheckFailedException($"ListModelsAsync fails although the upstream answers: {failure.Kind}: {failure.Message}");
        }

        models = models ?? throw new CheckFailedException("ListModelsAsync gives null; a provider without a list gives an empty one.");
        Expect.That(models.All(model => !string.IsNullOrWhiteSpace(model?.Id)), "It lists a model without an id.");
        var twice = models.GroupBy(model => model.Id, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1)?.Key;
        Expect.That(twice is null, $"It lists the model '{twice}' twice; an id is unique within a provider.");
        Expect.That(models.All(model => model.ContextWindow is null or > 0 && model.MaxOutputTokens is null or > 0), "It lists a model whose context window or longest answer is not above zero; unknown is null.");
        Expect.That(models.All(model => model.QualityScore is null or (>= 0 and <= 1)), "It lists a model whose quality score is not between 0 and 1.");
        bench.Capabilities.UnionWith(models.Where(model => model.Capabilities.HasFlag(ModelCapabilities.Chat)).Select(_ => "chat"));
        bench.Capabilities.UnionWith(models.Where(model => model.Capabilities.HasFlag(ModelCapabilities.Embeddings)).Select(_ => "embeddings"));
    }

    private static async Task HealthAsync(ProviderBench bench, CancellationToken cancellationToken)
    {
        ProviderHealth? health = await bench.Provider.CheckHealthAsync(cancellationToken).ConfigureAwait(false);
        Expect.That(health is not null, "CheckHealthAsync gives null; it gives a verdict.");
        Expect.That(
            health!.Status is not ProviderHealthStatus.Unhealthy,
            $"CheckHealthAsync says Unhealthy although the upstream answers{(health.Message is null ? "" : $": {health.Message}")}");
        if (bench.Script is { } script)
        {
            await script.DisposeAsync().ConfigureAwait(false);
            try
            {
                health = await bench.Provider.CheckHealthAsync(cancellationToken).ConfigureAwait(false);
            }
#pragma warning disable CA1031 // boundary: the very thing that is checked
            catch (Exception failure)
#pragma warning restore CA1031
            {
                throw new CheckFailedException($"CheckHealthAsync throws {failure.GetType().Name} when nobody answers at the upstream's address; it reports failure as a value, Unhealthy with a sentence.");
            }

            Expect.That(health is not { Status: ProviderHealthStatus.Healthy }, "CheckHealthAsync says Healthy although nobody answers at the upstream's address.");
            ErrorChecks.RequireSilence(bench, health?.Message ?? "", "the upstream is away");
        }
    }

    private static async Task DisposeAsync(ProviderBench bench, CancellationToken cancellationToken)
    {
        var isUsed = true;
        try
        {
            if (bench.Script?.TryAnswer(new UpstreamTurn.Text("hello")) != false)
            {
                await bench.StreamAsync("hello", cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception failure) when (failure is NotOfferedException or ProviderException)
        {
            isUsed = false; // something else to dispose of
        }

        var disposing = bench.Container.DisposeAsync().AsTask();
        try
        {
            await disposing.WaitAsync(bench.Plugin.Patience + TimeSpan.FromSeconds(3), cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            throw new CheckFailedException("Disposing the provider does not come to an end; DisposeAsync cancels what runs and waits only for that.");
        }
#pragma warning disable CA1031 // boundary: the very thing that is checked
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            throw new CheckFailedException($"Disposing the provider {(isUsed ? "after a call " : "")}throws {failure.GetType().Name}; Dispose and DisposeAsync never throw.");
        }

        if (bench.Script is { } script)
        {
            var before = script.Requests.Count;
            await Task.Delay(TimeSpan.FromMilliseconds(300), cancellationToken).ConfigureAwait(false);
            Expect.That(script.Requests.Count == before, "It still sends requests after it was disposed: a loop or a timer of it runs on. End it in DisposeAsync.");
        }
    }
}
