using Conductor.Calls;
using Conductor.Costing;
using Conductor.Errors;
using Conductor.Invoke;
using Conductor.Money;
using Conductor.Routing;
using Conductor.Storage;
using Microsoft.Extensions.Logging;

namespace Conductor.Budgets;

/// <summary>Lets a call on to its targets once what they may cost is set aside; takes targets out of its plan that it cannot afford.</summary>
internal sealed partial class BudgetGate(BudgetBook book, AttemptServices services, ILogger<BudgetGate> logger)
{
    /// <summary>Sets aside what the plan may cost at most. Operations hold nothing yet: each of their questions is set aside before it is asked.</summary>
    /// <exception cref="ConductorException">429 `budget_exceeded`: no target fits what is left. 503 `storage_full`: what is spent is not known.</exception>
    public async ValueTask EnterAsync(ModelCall call, CancellationToken cancellationToken)
    {
        var settings = call.Catalog!.Settings;
        var rules = book.RulesOf(settings);
        if (rules.IsEmpty || call is TokenCountCall || rules.For(BudgetScope.Of(call)) is not { Count: > 0 } budgets)
        {
            return;
        }

        try
        {
            await book.LoadAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (StorageException unread)
        {
            Unread(logger, unread.Message);
            throw ConductorErrors.StorageFull();
        }

        var hold = book.Open(call.Context.CallId, budgets);
        call.Budget = hold;
        try
        {
            call.OnCompleted(() =>
            {
                hold.Close();
                return ValueTask.CompletedTask;
            });
        }
        catch (ObjectDisposedException)
        {
            hold.Close();
            throw;
        }

        if (call is not OperationCall)
        {
            Afford(call, hold);
        }
    }

    private void Afford(ModelCall call, BudgetHold hold)
    {
        var hops = call.Plan.Hops;
        if (TryAll(call, hold, hops, isCounted: false) is null || TryAll(call, hold, hops, isCounted: true) is not { } shortfall)
        {
            return;
        }

        List<RouteHop> fitting = [];
        List<RouteDecision> decisions = [.. call.Plan.Decisions];
        foreach (var hop in hops)
        {
            if (hold.Set(hold[hop]) is null)
            {
                fitting.Add(hop);
            }
            else
            {
                decisions.Add(new RouteDecision(hop.Id, IsTaken: false, $"it may cost {hold[hop]} USD, more than a budget has left"));
            }
        }

        call.Plan = call.Plan with { Hops = fitting, Decisions = decisions };
        if (fitting.Count == 0 || !hold.TryTurn(fitting, 0))
        {
            services.Metrics.BudgetRefusal(shortfall);
            throw ConductorErrors.BudgetExceeded(shortfall, services.Time.GetUtcNow());
        }
    }

    private BudgetShortfall? TryAll(ModelCall call, BudgetHold hold, IReadOnlyList<RouteHop> hops, bool isCounted)
    {
        var most = NanoUsd.Zero;
        foreach (var hop in hops)
        {
            var worst = Worst(call, hop, isCounted);
            hold[hop] = worst;
            most = worst > most ? worst : most;
        }

        return hold.Set(most);
    }

    private NanoUsd Worst(ModelCall call, RouteHop hop, bool isCounted)
    {
        if (hop.Price is { IsFree: true })
        {
            return NanoUsd.Zero;
        }

        var (input, output) = CallSize.Worst(call, hop, isCounted);
        return hop.Price is { } price
            ? CostEstimator.WorstCase(price, input, output, Reservations.PartsOf(call, price))
            : services.EstimateUnderLease(hop, new TokenUsage { InputTokens = input, OutputTokens = output }) ?? NanoUsd.Zero; // allowed without a price: nothing to hold
    }

    [LoggerMessage(EventIds.BalancesUnread, LogLevel.Error, "What is spent cannot be read from the ledger, so no call under a budget is made: {Reason}")]
    private static partial void Unread(ILogger logger, string reason);
}
