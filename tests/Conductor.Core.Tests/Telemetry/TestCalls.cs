using Conductor.Calls;
using Conductor.Catalog;
using Conductor.Money;
using Conductor.Providers;
using Conductor.Routing;
using Conductor.Settings;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;

namespace Conductor.Core.Tests.Telemetry;

/// <summary>Calls and attempts by hand, as the pipeline would have left them.</summary>
internal static class TestCalls
{
    public static readonly DateTimeOffset Start = new(2026, 11, 20, 6, 0, 0, TimeSpan.Zero);

    public static ChatCall Chat(string model = "fast", CallContext? context = null, CancellationToken aborted = default) => new()
    {
        Context = context ?? new CallContext { RequestId = "req_1", TenantId = "acme" },
        Model = model,
        IsStreaming = false,
        Request = new ChatRequest([new ChatMessage(ChatRole.User, "hello")], new ChatOptions()),
        CallerAborted = aborted,
    };

    public static RouteHop Hop(string provider = "openai", string model = "gpt-4o-mini", ModelPrice? price = null, int? maxOutputTokens = null) =>
        new(
            new ProviderEntry(provider, provider, new NoProvider(), new ProviderSettings { Plugin = provider, Section = new ConfigurationBuilder().Build() }, []),
            new ModelDescriptor { Id = model, MaxOutputTokens = maxOutputTokens },
            price);

    /// <summary>Adds an attempt that has ended.</summary>
    public static Attempt Attempt(
        ModelCall call,
        AttemptStatus status = AttemptStatus.Succeeded,
        string? errorCode = null,
        TokenUsage? usage = null,
        long? nanoUsd = 0,
        CostStatus costStatus = CostStatus.Settled,
        int milliseconds = 100,
        RouteHop? hop = null)
    {
        var attempt = new Attempt
        {
            Number = call.Attempts.Count + 1,
            Target = hop ?? Hop(),
            StartedAt = Start,
            Status = status,
            ErrorCode = errorCode,
            Usage = usage ?? TokenUsage.None,
            Cost = nanoUsd is { } nano ? new NanoUsd(nano) : null,
            CostStatus = costStatus,
            Duration = TimeSpan.FromMilliseconds(milliseconds),
        };
        call.AttemptList.Add(attempt);
        return attempt;
    }

    public static ChatOutcome Outcome(Attempt? attempt, string provider = "openai", string model = "gpt-4o-mini") =>
        new() { Attempt = attempt, Provider = provider, Model = model, Usage = attempt?.Usage ?? TokenUsage.None };

    private sealed class NoProvider : IModelProvider
    {
        public Task<IReadOnlyList<ModelDescriptor>> ListModelsAsync(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<ModelDescriptor>>([]);

        public Task<ProviderHealth> CheckHealthAsync(CancellationToken cancellationToken) => Task.FromResult(new ProviderHealth(ProviderHealthStatus.Healthy));
    }
}
