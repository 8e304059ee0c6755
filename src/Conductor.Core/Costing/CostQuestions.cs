using Conductor.Calls;
using Conductor.Catalog;
using Conductor.Invoke;
using Conductor.Money;
using Conductor.Routing;
using Microsoft.Extensions.AI;

namespace Conductor.Costing;

/// <summary>Says what a call would cost without making it: the same plan, the same prices.</summary>
public sealed class CostQuestions
{
    private readonly ICatalog _catalog;
    private readonly Router _router;
    private readonly AttemptServices _services;

    internal CostQuestions(ICatalog catalog, Router router, AttemptServices services) => (_catalog, _router, _services) = (catalog, router, services);

    /// <summary>Estimates. No target is asked for anything but, where a plugin prices its own models, that.</summary>
    /// <exception cref="Errors.ConductorException">Nobody could serve such a call.</exception>
    public CostEstimate Ask(CostQuestion question)
    {
        ArgumentNullException.ThrowIfNull(question);
        var snapshot = _catalog.Pin();
        try
        {
            var call = CallOf(question);
#pragma warning disable CA5394 // shares out load, guards nothing
            var plan = _router.Plan(call, snapshot, Random.Shared.NextDouble());
#pragma warning restore CA5394
            return plan.Refusal is { } refusal ? throw refusal : new CostEstimate(plan.Route, [.. plan.Hops.Select(hop => Estimate(question, call, hop, snapshot.Prices))]);
        }
        finally
        {
            snapshot.Unpin();
        }
    }

    private TargetEstimate Estimate(CostQuestion question, ModelCall call, RouteHop hop, PriceCatalog prices)
    {
        var input = InputOf(question, call, hop.Model.Id);
        var isLimit = question is { OutputTokens: null, IsEmbedding: false };
        var usage = new TokenUsage
        {
            InputTokens = input.Tokens,
            CachedInputTokens = question.CachedInputTokens,
            CacheWriteTokens = question.CacheWriteTokens,
            EmbeddingTokens = question.IsEmbedding ? input.Tokens : 0,
            OutputTokens = question.IsEmbedding ? 0 : question.OutputTokens ?? CostEstimator.MaxOutputTokens(hop, Budgets.OutputLimits.Asked(call)),
            IsEstimated = true,
        };
        var price = hop.Price;
        var cost = price?.CostOf(usage) ?? OwnPrice(hop, usage);
        if (cost is null && prices.Ceiling is { } ceiling)
        {
            (price, cost) = (ceiling, ceiling.CostOf(usage));
        }

        return new TargetEstimate
        {
            Provider = hop.Provider.Name,
            Model = hop.Model.Id,
            Usage = usage,
            IsInputExact = input.IsExact,
            IsOutputLimit = isLimit,
            Cost = cost,
            PriceVersion = prices.VersionOf(price),
        };
    }

    private NanoUsd? OwnPrice(RouteHop hop, TokenUsage usage)
    {
        if (!hop.Provider.TryAcquire())
        {
            return null;
        }

        try
        {
            return _services.EstimateByProvider(hop, usage);
        }
        finally
        {
            hop.Provider.Release();
        }
    }

    private static TokenCount InputOf(CostQuestion question, ModelCall call, string model) =>
        question.InputTokens is { } given ? new TokenCount(given, IsExact: true)
        : question.IsEmbedding ? TokenCounter.Texts(model, [question.Text ?? ""])
        : TokenCounter.Chat(model, ((ChatCall)call).Request);

    private static ModelCall CallOf(CostQuestion question)
    {
        var context = CallContext.New() with { TenantId = question.TenantId, KeyId = question.Key?.Name, Key = question.Key };
        var constraints = CallConstraints.None with { ForcedProvider = question.Provider };
        if (question.IsEmbedding)
        {
            return new EmbeddingCall { Context = context, Model = question.Model, Constraints = constraints, Request = new EmbeddingRequest([question.Text ?? ""], Dimensions: null) };
        }

        var chat = question.Chat ?? new ChatRequest([new ChatMessage(ChatRole.User, question.Text ?? "")], new ChatOptions());
        if (question.MaxOutputTokens is { } most)
        {
            chat.Options.MaxOutputTokens = most;
        }

        return new ChatCall { Context = context, Model = question.Model, Constraints = constraints, IsStreaming = false, Request = chat };
    }
}
