using System.Text.Json;
using Conductor.Calls;
using Conductor.Configuration;
using Conductor.Plugins;
using Conductor.Providers;
using Conductor.Settings;
using Conductor.TestKit;
using Conductor.Tests.Shared;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;

namespace Conductor.Tests;

/// <summary>Ollama in process: its models come and go while Conductor runs, and the typed operations run on them.</summary>
public sealed class OllamaTests
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Models_AppearWhenOllamaDoes_AndGoWhenItGoes_WithoutAWordInTheLog()
    {
        var first = await FakeOllama.StartAsync();
        var port = first.Port;
        await first.DisposeAsync();
        var log = new CountingLogs();
        await using var test = new TestConductor(log, ("providers:ollama:plugin", "ollama"), ("providers:ollama:base_url", first.BaseUrl)).WithPlugin("plugins/Conductor.Providers.Ollama");
        var time = new ManualTimeProvider();
        using var service = new PluginRuntimeService(test.Runtime, test.Watcher, test.Audit, new FixedSettings(new ConductorSettings()), time, log.For<PluginRuntimeService>());
        await service.StartAsync(CancellationToken.None);
        List<string> Listed() => [.. test.Conductor.Catalog.Providers["ollama"].Models.Select(model => model.Id).Order()];
        var looks = 0;
        async Task Look()
        {
            await time.WaitForTimersAsync(++looks);
            time.Advance(Period);
            await time.WaitForTimersAsync(looks + 1); // it waits again: the look is over
        }

        var before = Listed();
        await using (var ollama = await FakeOllama.StartAsync(port))
        {
            await Look();
            var started = Listed();
            ollama.Add(new FakeOllamaModel { Name = "qwen3:8b" });
            await Look();
            var pulled = Listed();
            ollama.Remove("llama3.2");
            await Look();

            Assert.Empty(before);
            Assert.Equal(["all-minilm", "llama3.2"], started);
            Assert.Equal(["all-minilm", "llama3.2", "qwen3:8b"], pulled);
            Assert.Equal(["all-minilm", "qwen3:8b"], Listed());
        }

        await Look();
        Assert.Empty(Listed());
        Assert.Empty(log.Warnings);
        await service.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task Ollama_ThatNobodyConfigured_IsTheOneOnThisMachine_AndFree()
    {
        await using var test = new TestConductor().WithPlugin("plugins/Conductor.Providers.Ollama");

        await test.Conductor.StartAsync(CancellationToken.None);

        var settings = test.Conductor.Catalog.Providers["ollama"].Settings;
        Assert.True(settings.IsFree); // what has no price is refused as soon as callers have keys
        Assert.Equal(["ollama"], settings.CatalogNames);
    }

    public static TheoryData<string> Operations() => [.. OllamaOperations.All.Keys];

    [Theory]
    [MemberData(nameof(Operations))]
    public async Task Operation_RunsOnAModelOfOllama(string name)
    {
        var operation = OllamaOperations.All[name];
        await using var ollama = await FakeOllama.StartAsync();
        await using var test = new TestConductor(("providers:ollama:plugin", "ollama"), ("providers:ollama:base_url", ollama.BaseUrl))
            .WithPlugin("plugins/Conductor.Providers.Ollama")
            .WithOperation(operation.Project);
        operation.Script(ollama);
        await using var call = new OperationCall { Context = CallContext.New(), Operation = name, Model = operation.Model, Payload = System.Text.Encoding.UTF8.GetBytes(operation.Request) };

        var outcome = await test.Conductor.RunAsync(call, CancellationToken.None);

        operation.Check(JsonElement.Parse(outcome.Result.Span));
        Assert.Equal("ollama", outcome.Provider);
        Assert.Equal("settled", CallCost.Of(call).Status); // free, and counted by Ollama
        Assert.Equal(operation.IsStructured && operation.Reply is not null, ollama.Requests[^1].Json.TryGetProperty("format", out var format) && format.ValueKind == JsonValueKind.Object);
    }

    [Fact]
    public async Task ChatClient_InProcess_IsToldWhatWasLeftOut()
    {
        await using var ollama = await FakeOllama.StartAsync();
        await using var test = new TestConductor(("providers:ollama:plugin", "ollama"), ("providers:ollama:base_url", ollama.BaseUrl)).WithPlugin("plugins/Conductor.Providers.Ollama");
        var options = new ChatOptions { AdditionalProperties = new() { ["logit_bias"] = new Dictionary<string, object?>() } };

        var answer = await test.Conductor.AsChatClient("ollama/llama3.2").GetResponseAsync("Hi", options);

        Assert.Equal("Hello from Ollama.", answer.Text);
        Assert.Equal(["logit_bias"], DroppedParameters.Read(answer.AdditionalProperties));
    }

    private sealed class CountingLogs : ILoggerFactory
    {
        private readonly List<string> _warnings = [];

        public IReadOnlyList<string> Warnings => _warnings;

        public ILogger<T> For<T>() => new Logger<T>(this);

        public ILogger CreateLogger(string categoryName) => new Counter(_warnings);

        public void AddProvider(ILoggerProvider provider)
        {
        }

        public void Dispose()
        {
        }

        private sealed class Counter(List<string> warnings) : ILogger
        {
            public IDisposable? BeginScope<TState>(TState state)
                where TState : notnull => null;

            public bool IsEnabled(LogLevel logLevel) => true;

            public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
            {
                if (logLevel >= LogLevel.Warning)
                {
                    lock (warnings)
                    {
                        warnings.Add(formatter(state, exception));
                    }
                }
            }
        }
    }
}
