using System.Text.Json;
using Conductor.Operations;
using Conductor.Providers;
using Conductor.Providers.Local;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace Conductor.Evaluation;

/// <summary>The embedded provider as the host gets it from its plugin.</summary>
internal sealed class LocalEngines : IAsyncDisposable
{
    private const string EmbeddingModel = "all-minilm-l6-v2";

    private readonly ServiceProvider _services;
    private readonly IModelProvider _provider;

    public LocalEngines()
    {
        var services = new ServiceCollection();
        services.AddSingleton(TimeProvider.System);
        new LocalPlugin().ConfigureServices(services, null!);
        _services = services.BuildServiceProvider();
        _provider = _services.GetRequiredService<IModelProvider>();
        Embeddings = _provider.GetEmbeddingGenerator(EmbeddingModel) ?? throw new InvalidOperationException($"The embedded provider has no {EmbeddingModel}.");
    }

    public IEmbeddingGenerator<string, Embedding<float>> Embeddings { get; }

    public bool Has(string operation) => _provider.Engines.Any(engine => engine.Operation == operation);

    /// <summary>Runs an operation on its engine, payload to result.</summary>
    public async Task<JsonElement> RunAsync(string operation, object request) => JsonElement.Parse((await RunAsync(operation, PayloadOf(request))).Span);

    public async Task<ReadOnlyMemory<byte>> RunAsync(string operation, ReadOnlyMemory<byte> payload) =>
        (await _provider.Engines.First(engine => engine.Operation == operation).RunAsync(payload, CancellationToken.None)).Result;

    public static byte[] PayloadOf(object request) => JsonSerializer.SerializeToUtf8Bytes(request);

    public ValueTask DisposeAsync() => _services.DisposeAsync();
}
